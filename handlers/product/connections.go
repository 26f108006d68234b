package product

// Connections on which nobody asks for anything: a bound of them, so that whoever
// opens hundreds and says nothing does not use up the files of the process.

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// mostIdle is how many connections may be open without a request under way. Most
// systems give a process 256 files at least; the rest is for those who ask, and
// for the database.
const mostIdle = 128

// idle are the connections without a request, the one that has waited longest
// first.
type idle struct {
	most int

	mu    sync.Mutex
	order list.List // of net.Conn
	at    map[net.Conn]*list.Element
}

// giveWay returns an http.Server's ConnState that closes the connection that has
// waited longest, once more than most are without a request. The ones that have yet
// to say something are among them.
func giveWay(most int) func(net.Conn, http.ConnState) {
	i := &idle{most: most, at: map[net.Conn]*list.Element{}}
	return func(c net.Conn, state http.ConnState) {
		if longest := i.turns(c, state); longest != nil {
			_ = longest.Close() // it may be closed already
		}
	}
}

// turns notes what a connection does, and returns the one that has to give way.
func (i *idle) turns(c net.Conn, state http.ConnState) (longest net.Conn) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.drop(c)
	if state != http.StateNew && state != http.StateIdle {
		return nil
	}
	i.at[c] = i.order.PushBack(c)
	if i.order.Len() <= i.most {
		return nil
	}
	longest, _ = i.order.Front().Value.(net.Conn)
	i.drop(longest)
	return longest
}

func (i *idle) drop(c net.Conn) {
	if waiting, isKnown := i.at[c]; isKnown {
		i.order.Remove(waiting)
		delete(i.at, c)
	}
}
