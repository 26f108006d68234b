package payments

// Questions to CamPay about one reference: one at a time, and one for all who wait.

import (
	"context"
	"sync"
	"time"
)

// questions are the turns in which CamPay is asked about a reference: an older answer
// is never applied after a newer one. A turn is made when it is wanted and dropped when
// nobody wants it.
type questions struct {
	mu    sync.Mutex
	turns map[string]*turn
}

// turn is who asks about one reference now, and who waits.
type turn struct {
	free    chan struct{} // holds one token while nobody asks
	wanted  int
	begun   int  // questions that were begun
	answers bool // whether the newest of them was answered
}

// hold waits for the turn of a reference, as long as ctx lets it, and returns its end.
func (q *questions) hold(ctx context.Context, reference string) (end func(), err error) {
	_, end, _, err = q.take(ctx, reference)
	return end, err
}

// take is hold; wasAsked says that a question was begun, and has ended, since it was
// called: its answer is as good as one to the next.
func (q *questions) take(ctx context.Context, reference string) (t *turn, end func(), wasAsked bool, err error) {
	q.mu.Lock()
	if q.turns == nil {
		q.turns = map[string]*turn{}
	}
	if t = q.turns[reference]; t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		q.turns[reference] = t
	}
	t.wanted++
	before := t.begun
	q.mu.Unlock()

	leave := func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if t.wanted--; t.wanted == 0 {
			delete(q.turns, reference)
		}
	}
	select {
	case <-t.free:
	case <-ctx.Done():
		leave()
		return nil, nil, false, ctx.Err()
	}
	q.mu.Lock()
	wasAsked = t.begun > before
	q.mu.Unlock()
	return t, func() { t.free <- struct{}{}; leave() }, wasAsked, nil
}

// ask begins a question in the turn that is held, and keeps whether it was answered for
// those who came before it began and wait.
func (q *questions) ask(t *turn, question func() (answered bool, err error)) (bool, error) {
	q.mu.Lock()
	t.begun++
	q.mu.Unlock()
	answered, err := question()
	q.mu.Lock()
	defer q.mu.Unlock()
	t.answers = answered && err == nil
	return answered, err
}

// lately is what persons asked a moment ago: whoever asks again at once is given what
// was answered then.
type lately struct {
	mu    sync.Mutex
	asked map[int64]askedNow
}

type askedNow struct {
	at       time.Time
	answered bool
}

// askPause is how long a person's question about one transaction serves the next ones.
const askPause = 3 * time.Second

// find returns what was answered a moment ago about a transaction.
func (l *lately) find(id int64, now time.Time) (answered, wasAsked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, wasAsked := l.asked[id]
	return a.answered, wasAsked && now.Sub(a.at).Abs() < askPause
}

// keep keeps an answer, and forgets those that serve nobody any more.
func (l *lately) keep(id int64, now time.Time, answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other, a := range l.asked {
		if now.Sub(a.at).Abs() >= askPause {
			delete(l.asked, other)
		}
	}
	if l.asked == nil {
		l.asked = map[int64]askedNow{}
	}
	l.asked[id] = askedNow{now, answered}
}
