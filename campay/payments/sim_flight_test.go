package payments

// What happens at the same time in the simulation is told apart at the network:
// each thing under way (a flight) runs alone until it waits there, and goes on
// when the simulation lets it, so that a seed always plays the same. The shop's
// process can be killed, or its disk fail, between any two steps.

import (
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// flight is one thing under way. Its keys are what it has locked while it waits.
type flight struct {
	name  string
	keys  []string
	shop  bool // it belongs to the shop's process and dies with it
	where string
	since time.Time
	call  *apiCall // the request that has not reached CamPay yet
	wake  chan bool
	ended bool
}

// fly begins something and lets it run until it waits or ends.
func (w *world) fly(f *flight, do func()) {
	w.tell("begin %s", f.name)
	f.wake = make(chan bool)
	w.flights = append(w.flights, f)
	w.current = f
	go func() {
		defer func() {
			if broken := recover(); broken != nil {
				w.wrong("%s panicked: %v\n%s", f.name, broken, debug.Stack())
			}
			f.ended = true
			w.yield <- struct{}{}
		}()
		do()
	}()
	w.landed(f)
}

// goOn lets a waiting flight run; lives is false when its process is killed.
func (w *world) goOn(f *flight, lives bool) {
	if lives {
		w.tell("go on %s, %s", f.name, f.where)
	}
	w.current = f
	f.wake <- lives
	w.landed(f)
}

func (w *world) landed(f *flight) {
	<-w.yield
	w.current = nil
	if f.ended {
		w.flights = slices.DeleteFunc(w.flights, func(other *flight) bool { return other == f })
	}
	w.watch()
	if w.dying {
		w.did["kills"]++
		w.tell("killed in %s", f.name)
		w.bury()
		w.opens = w.at.Add(pick(w, 0, time.Second, w.between(0, 10*time.Minute), w.between(0, 6*time.Hour)))
	}
}

// wait is called on a flight's own goroutine: the simulation goes on without it.
func (w *world) wait(where string) {
	f := w.current
	f.where, f.since = where, w.at
	w.tell("  %s waits %s", f.name, where)
	w.yield <- struct{}{}
	if lives := <-f.wake; !lives {
		runtime.Goexit()
	}
}

// boundary is a moment between two steps of the shop's process: before and
// after each call, and wherever it looks at its clock, inside its database
// transactions too. It may be killed there.
func (w *world) boundary() {
	if w.dying || w.current == nil {
		return
	}
	if w.killIn--; w.killIn == 0 {
		w.dying = true
		runtime.Goexit()
	}
	if w.failIn > 0 && insideWrite() {
		if w.failIn--; w.failIn == 0 {
			w.faults["write_fails"]++
			w.tell("  the disk fails")
			panic(diskFailed)
		}
	}
}

// diskFailed ends a write as a failing disk would: the store makes an error of
// a panic, and keeps nothing of the write.
const diskFailed = "the disk failed"

func isDiskFailure(err error) bool { return err != nil && strings.Contains(err.Error(), diskFailed) }

// insideWrite reports whether the caller is in a database transaction.
func insideWrite() bool {
	var counters [128]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters[:])])
	for {
		frame, more := frames.Next()
		if frame.Function == "comptoir/store.(*ticket).run" {
			return true
		}
		if !more {
			return false
		}
	}
}

// bury ends the shop's process where it stands.
func (w *world) bury() {
	w.killIn, w.dying = 0, true
	for _, f := range slices.Clone(w.flights) {
		if !f.shop {
			continue
		}
		if f.call != nil && w.chance(0.5) {
			w.arriveLate(*f.call)
		}
		w.current = f
		f.wake <- false
		<-w.yield
	}
	w.flights = slices.DeleteFunc(w.flights, func(f *flight) bool { return f.shop })
	w.current, w.dying = nil, false
	if w.store != nil {
		w.must(w.store.Close())
	}
	w.service, w.store = nil, nil
}

// Keys of what is asked by one at a time.
const (
	everyReference = "*" // of what may ask about any reference
	theBalance     = "balance"
)

// free reports whether nothing under way holds one of these keys.
func (w *world) free(keys ...string) bool {
	for _, f := range w.flights {
		for _, held := range f.keys {
			for _, key := range keys {
				if key == held || key != theBalance && held != theBalance && (key == everyReference || held == everyReference) {
					return false
				}
			}
		}
	}
	return true
}

// aloft reports whether a flight of this name is under way.
func (w *world) aloft(name string) bool {
	return slices.ContainsFunc(w.flights, func(f *flight) bool { return f.name == name })
}
