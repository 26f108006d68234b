package sandbox

// All that the sandbox remembers, under one mutex, and its file. A change is
// made durable before anyone is told of it.

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"comptoir/campay"
)

// currency is the only one that CamPay takes.
const currency = "XAF"

// ErrUnknown is wrapped where there is no such transaction, link or prompt.
var ErrUnknown = errors.New("unknown to the sandbox")

// state is what the file holds, with the indexes over it. Its methods are
// called with the sandbox's mutex held.
type state struct {
	Keys     *Keys                `json:"keys,omitempty"`
	Serial   int64                `json:"serial"` // of the newest transaction or webhook
	Balances Balances             `json:"balances"`
	Entries  []*Entry             `json:"entries"`
	Links    []*link              `json:"links"`
	Answers  map[string]kept      `json:"answers"` // by external_reference
	UUIDs    map[string]bool      `json:"uuids,omitempty"`
	Tokens   map[string]time.Time `json:"tokens"` // SHA-256 of a temporary token → its end
	Webhooks []*Webhook           `json:"webhooks"`

	cfg         *Config
	now         time.Time // of the change under way
	faults      []Fault
	byReference map[string]*Entry
	pending     []*Entry // in the order in which they began
	changed     bool
}

func newState(cfg *Config) *state {
	return &state{
		cfg:         cfg,
		Balances:    cfg.Opening,
		Answers:     map[string]kept{},
		UUIDs:       map[string]bool{},
		Tokens:      map[string]time.Time{},
		byReference: map[string]*Entry{},
	}
}

// index rebuilds what is not in the file.
func (st *state) index() {
	for _, e := range st.Entries {
		st.byReference[e.Reference] = e
		if e.Status == campay.Pending {
			st.pending = append(st.pending, e)
		}
	}
}

func (st *state) touch() { st.changed = true }

// change runs fn on the state as it stands now, and makes what was done durable
// before it returns. fn checks first and changes after: its error means that it
// changed nothing. When the file cannot be written nothing has happened.
func (s *Sandbox) change(fn func(*state) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.now = s.now()
	s.state.advance()
	err := fn(s.state)
	if !s.state.changed {
		return err
	}
	s.state.changed = false
	if saveErr := s.save(); saveErr != nil {
		return errors.Join(saveErr, s.restore())
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return err
}

// look reads the state as it stands now. What has become due is done first; if
// that cannot be saved, it is left for the next change.
func (s *Sandbox) look(fn func(*state)) {
	err := s.change(func(st *state) error { fn(st); return nil })
	if err != nil {
		s.cfg.Logger.Error("sandbox: state not saved", "error", err)
		s.mu.Lock()
		defer s.mu.Unlock()
		fn(s.state)
	}
}

// advance does what time alone brings: prompts nobody answered fail, payouts
// are settled.
func (st *state) advance() {
	var due []*Entry
	for _, e := range st.pending {
		if !e.Due.After(st.now) {
			due = append(due, e)
		}
	}
	for _, e := range due {
		switch {
		case e.Endpoint == EndpointCollect:
			st.settle(e, campay.Failed, ReasonTimeout)
		case e.FailsAtSource:
			st.settle(e, campay.Failed, ReasonAtCarrier)
		default:
			st.settle(e, campay.Successful, "")
		}
	}
}

func (s *Sandbox) open() error {
	s.state = newState(&s.cfg)
	if s.cfg.StateFile == "" {
		return nil
	}
	content, err := os.ReadFile(s.cfg.StateFile)
	if errors.Is(err, os.ErrNotExist) {
		return s.save()
	}
	if err != nil {
		return fmt.Errorf("sandbox state: %w", err)
	}
	s.saved = content
	return s.restore()
}

// restore goes back to what the file holds; faults are not in it and stay.
func (s *Sandbox) restore() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	st := newState(&s.cfg)
	if err := json.Unmarshal(s.saved, st); err != nil {
		return fmt.Errorf("sandbox state %s: %w", s.cfg.StateFile, err)
	}
	st.faults, st.now = s.state.faults, s.state.now
	st.index()
	s.state = st
	return nil
}

func (s *Sandbox) save() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	content, err := json.Marshal(s.state)
	if err != nil {
		return fmt.Errorf("sandbox state: %w", err)
	}
	if err := replaceFile(s.cfg.StateFile, content); err != nil {
		return fmt.Errorf("sandbox state: %w", err)
	}
	s.saved = content
	return nil
}

// replaceFile writes beside the file and renames: after a power cut there is
// either the old content or the new one.
func replaceFile(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, writeErr := f.Write(content)
	if err := errors.Join(writeErr, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

func syncFolder(path string) error {
	folder, err := os.Open(path) // #nosec G304 -- the folder the operator named
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
