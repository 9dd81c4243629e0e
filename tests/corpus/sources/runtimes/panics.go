package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

type pool struct {
	items []int
	next  *pool
}

func (p *pool) get(i int) int { return p.items[i] }
func (p *pool) chain() int    { return p.next.next.items[0] }
func recurse(n int) int       { return recurse(n+1) + 1 }

func fail(text string) { panic(text) }

func failTwice() {
	defer func() { panic("second") }()
	panic("first")
}

func relock() {
	var m sync.Mutex
	m.Lock()
	m.Lock()
}

func waitForever() {
	ch := make(chan int)
	go func() { <-ch }()
	select {}
}

var counter int

func bump(wg *sync.WaitGroup) { counter++; wg.Done() }

func main() {
	switch os.Args[1] {
	case "index":
		fmt.Println((&pool{items: []int{1}}).get(len(os.Args) + 3))
	case "nil":
		fmt.Println((&pool{}).chain())
	case "panic":
		fail("queue is closed\nsecond line")
	case "nested":
		failTwice()
	case "deadlock":
		relock()
	case "chan":
		waitForever()
	case "map":
		m := map[int]int{}
		for i := 0; i < 4; i++ {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		time.Sleep(5 * time.Second)
	case "overflow":
		recurse(0)
	case "race":
		var wg sync.WaitGroup
		wg.Add(2)
		go bump(&wg)
		go bump(&wg)
		wg.Wait()
	case "goroutine":
		go func() { var p *pool; p.get(1) }()
		time.Sleep(time.Second)
	}
}
