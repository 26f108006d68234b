package sandbox

// The keys that outlive a run beside the ledger, so that a client of a sandbox
// that stands alone need not be set up anew.

// Keys are what an app calls with, and what its notifications are signed with.
type Keys struct {
	Token      string `json:"token,omitempty"`
	Username   string `json:"username,omitempty"`
	Password   string `json:"password,omitempty"`
	WebhookKey string `json:"webhook_key,omitempty"`
}

// Keys returns those the sandbox goes by.
func (s *Sandbox) Keys() Keys {
	return Keys{s.cfg.Token, s.cfg.Username, s.cfg.Password, s.cfg.WebhookKey}
}

// keepKeys takes the keys of the state where it has some, and keeps the
// configuration's in it where it has none.
func (s *Sandbox) keepKeys() error {
	if kept := s.state.Keys; kept != nil {
		s.cfg.Token, s.cfg.Username, s.cfg.Password, s.cfg.WebhookKey = kept.Token, kept.Username, kept.Password, kept.WebhookKey
		return nil
	}
	keys := s.Keys()
	s.state.Keys = &keys
	return s.save()
}
