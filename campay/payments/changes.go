package payments

// Who is looking at what: open pages are told when their transaction or link
// changed, and what is looked at is polled at a brisk pace.

import (
	"context"
	"sync"

	"comptoir/store"
)

// Topic is something that a page can watch.
type Topic struct {
	link bool
	till bool
	id   int64
}

// TransactionTopic is the news of one transaction.
func TransactionTopic(id int64) Topic { return Topic{id: id} }

// LinkTopic is the news of all transactions of one payment link.
func LinkTopic(id int64) Topic { return Topic{link: true, id: id} }

// TillTopic is the news of all transactions, for the strip of open sales. Who looks
// at it does not have each of them asked about more often.
var TillTopic = Topic{till: true}

type changes struct {
	mu       sync.Mutex
	watchers map[Topic]map[chan struct{}]struct{}
}

// Watch returns a channel that receives after each change of one of the topics
// (several changes may come as one), until stop is called. What is watched
// and still open is asked of CamPay every few seconds.
func (s *core) Watch(ctx context.Context, topics ...Topic) (changed <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	s.changes.mu.Lock()
	if s.changes.watchers == nil {
		s.changes.watchers = map[Topic]map[chan struct{}]struct{}{}
	}
	for _, topic := range topics {
		if s.changes.watchers[topic] == nil {
			s.changes.watchers[topic] = map[chan struct{}]struct{}{}
		}
		s.changes.watchers[topic][ch] = struct{}{}
	}
	s.changes.mu.Unlock()

	stop = func() {
		s.changes.mu.Lock()
		defer s.changes.mu.Unlock()
		for _, topic := range topics {
			delete(s.changes.watchers[topic], ch)
			if len(s.changes.watchers[topic]) == 0 {
				delete(s.changes.watchers, topic)
			}
		}
	}
	for _, topic := range topics {
		s.Nudge(ctx, topic)
	}
	return ch, stop
}

// publish tells the watchers of t and of its link that t changed.
func (c *changes) publish(t store.Transaction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, topic := range append(topicsOf(t), TillTopic) {
		for ch := range c.watchers[topic] {
			select {
			case ch <- struct{}{}:
			default: // it has news waiting already
			}
		}
	}
}

// publish tells who looks at it of a change that is in the book.
func (s *core) publish(t store.Transaction) { s.changes.publish(t) }

// watched reports whether a page is looking at t.
func (c *changes) watched(t store.Transaction) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, topic := range topicsOf(t) {
		if len(c.watchers[topic]) > 0 {
			return true
		}
	}
	return false
}

// someWatched returns at most so many of the watched topics of a link or a
// transaction, others each time.
func (c *changes) someWatched(most int) []Topic {
	c.mu.Lock()
	defer c.mu.Unlock()
	var some []Topic
	for topic := range c.watchers { // in no order
		if len(some) < most && !topic.till {
			some = append(some, topic)
		}
	}
	return some
}

// watchesLinks reports whether a page of any link is open.
func (c *changes) watchesLinks() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for topic := range c.watchers {
		if topic.link {
			return true
		}
	}
	return false
}

func topicsOf(t store.Transaction) []Topic {
	if t.LinkID == 0 {
		return []Topic{TransactionTopic(t.ID)}
	}
	return []Topic{TransactionTopic(t.ID), LinkTopic(t.LinkID)}
}
