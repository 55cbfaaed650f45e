package shop

import "runtime"

// heldBytes is what every leaked goroutine keeps from the garbage collector.
const heldBytes = 8 << 10

// leak holds goroutines that do nothing and do not end.
type leak struct {
	release chan struct{}
	held    int
}

func newLeak() *leak { return &leak{release: make(chan struct{})} }

// set makes it so many. It is not safe for concurrent use.
func (l *leak) set(n int) {
	for ; l.held < n; l.held++ {
		memory := make([]byte, heldBytes) // made inside, it would be on the stack
		go func() {
			<-l.release
			runtime.KeepAlive(memory)
		}()
	}
	for ; l.held > n; l.held-- {
		l.release <- struct{}{}
	}
}
