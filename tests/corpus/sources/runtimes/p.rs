use std::sync::{Arc, Mutex};
struct Bomb; impl Drop for Bomb { fn drop(&mut self) { panic!("in drop"); } }
#[inline(never)] fn get(v: &Vec<i32>, i: usize) -> i32 { v[i] }
#[inline(never)] fn unwrap_none(o: Option<i32>) -> i32 { o.unwrap() }
#[inline(never)] fn recurse(n: u64) -> u64 { if n == u64::MAX { 0 } else { recurse(n + 1) + std::hint::black_box(n) } }
#[inline(never)] fn use_poisoned(m: &Mutex<i32>) -> i32 { *m.lock().unwrap() }
#[inline(never)] fn check_sizes() { assert_eq!(1, 2, "sizes differ"); }
extern "C" fn no_unwind() { panic!("through C"); }
fn main() {
  let a = std::env::args().nth(1).unwrap();
  match a.as_str() {
    "index" => { println!("{}", get(&vec![1], 7)); }
    "unwrap" => { unwrap_none(None); }
    "expect" => { let r: Result<i32, String> = Err("bad".into()); r.expect("no value"); }
    "assert" => check_sizes(),
    "thread" => { let _ = std::thread::Builder::new().name("worker".into()).spawn(|| { panic!("worker failed") }).unwrap().join(); }
    "poison" => { let m = Arc::new(Mutex::new(1)); let n = m.clone(); let _ = std::thread::spawn(move || { let _g = n.lock().unwrap(); panic!("holding") }).join(); use_poisoned(&m); }
    "double" => { let _b = Bomb; panic!("first"); }
    "nounwind" => { no_unwind(); }
    "overflow" => { println!("{}", recurse(0)); }
    "alloc" => { let v: Vec<u8> = Vec::with_capacity(1usize << 46); println!("{}", v.len()); }
    "multi" => { panic!("line one\nline two\nline three"); }
    _ => {}
  } }
