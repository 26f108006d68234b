package store

// Who is told, after the commit, that a session was ended: a page that stays
// open is signed in by it.

import "sync"

// endedSessions are those that a Write has ended: one by its hash, or all of a user.
type endedSessions struct {
	hash string
	user int64
}

// sessionWatches are the sessions that somebody watches.
type sessionWatches struct {
	mu  sync.Mutex
	all map[*sessionWatch]struct{}
}

type sessionWatch struct {
	hash  string
	user  int64
	ended chan struct{}
}

// WatchSession returns a channel that is closed when a Write of this process has
// ended the session, until stop is called. Where it was ended before, or by a
// command in another process, only a look into the book tells.
func (s *Store) WatchSession(session Session) (ended <-chan struct{}, stop func()) {
	w := &sessionWatch{string(session.TokenHash), session.UserID, make(chan struct{})}
	s.watches.mu.Lock()
	defer s.watches.mu.Unlock()
	if s.watches.all == nil {
		s.watches.all = map[*sessionWatch]struct{}{}
	}
	s.watches.all[w] = struct{}{}
	return w.ended, func() {
		s.watches.mu.Lock()
		defer s.watches.mu.Unlock()
		delete(s.watches.all, w)
	}
}

// tell tells the watchers of sessions that are ended, once each.
func (s *sessionWatches) tell(all []endedSessions) {
	if len(all) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.all {
		for _, one := range all {
			if one.hash == w.hash || one.user != 0 && one.user == w.user {
				close(w.ended)
				delete(s.all, w)
				break
			}
		}
	}
}
