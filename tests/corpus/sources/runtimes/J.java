public class J {
  static Object a = new Object(), b = new Object();
  static void both(Object x, Object y) {
    synchronized (x) {
      try {
        Thread.sleep(300);
      } catch (InterruptedException e) {
      }
      synchronized (y) {}
    }
  }
  static int get(int[] v, int i) { return v[i]; }
  public static void main(String[] s) throws Exception {
    switch (s[0]) {
      case "exc":
        get(new int[1], 5);
        break;
      case "cause":
        try {
          get(new int[1], 5);
        } catch (RuntimeException e) {
          throw new IllegalStateException("wrapped", e);
        }
        break;
      case "thread":
        Thread t = new Thread(() -> get(null, 1), "worker");
        t.start();
        t.join();
        break;
      case "deadlock":
        new Thread(() -> both(a, b), "one").start();
        new Thread(() -> both(b, a), "two").start();
        Thread.sleep(1500);
        Runtime.getRuntime().exec(new String[] {"kill", "-3", "" + ProcessHandle.current().pid()}).waitFor();
        Thread.sleep(1500);
        Runtime.getRuntime().halt(0);
        break;
      case "segv":
        java.lang.reflect.Field f = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        f.setAccessible(true);
        ((sun.misc.Unsafe) f.get(null)).putAddress(0, 1);
        break;
      case "oom":
        long[][] all = new long[1000][];
        for (int i = 0;; i++) all[i] = new long[10000000];
    }
  }
}
