package web

// Sessions live in the database behind gorilla/sessions: the cookie holds a
// random token, the database its SHA-256, so that neither a stolen database
// nor a forged cookie opens a session, and ending one takes effect at once.

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/gob"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"comptoir/handlers/access"
	"comptoir/store"
)

// SessionName is the cookie's, before its mark.
const SessionName = "comptoir"

// sessionUser is the key of the user's id among a session's values.
const sessionUser = "user"

// sessionTill is that of the till's on which a PIN opened it.
const sessionTill = "till"

// Sessions is a gorilla sessions.Store over the database.
type Sessions struct {
	store  *store.Store
	now    func() time.Time
	log    *slog.Logger
	Secure bool   // the site is on https
	Mark   string // of the data folder, in the names of its cookies
}

var _ sessions.Store = (*Sessions)(nil)

// Get returns the request's session, read once.
func (s *Sessions) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session of the request's cookie, or begins an empty one that
// is kept only when it is saved.
func (s *Sessions) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = &sessions.Options{
		Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(access.SessionAbsolute.Seconds()),
	}
	session.IsNew = true
	token := s.Token(r)
	if token == "" {
		return session, nil
	}
	kept, err := s.store.Session(r.Context(), access.HashToken(token))
	if errors.Is(err, store.ErrNotFound) {
		return session, nil
	}
	if err != nil {
		return session, fmt.Errorf("read the session: %w", err)
	}
	if err := gob.NewDecoder(bytes.NewReader(kept.Data)).Decode(&session.Values); err != nil {
		return session, nil //nolint:nilerr // written by another version: sign in again
	}
	session.ID, session.IsNew = token, false
	s.touch(r.Context(), kept)
	return session, nil
}

// Token is the one in the request's cookie, if it can be one of ours.
func (s *Sessions) Token(r *http.Request) string {
	token := s.Cookie(r, SessionName)
	if len(token) != base64.RawURLEncoding.EncodedLen(access.TokenBytes) {
		return ""
	}
	return token
}

// touch lets a session that is used go on. Where nothing can be written the page is
// shown all the same, and the next one tries again.
func (s *Sessions) touch(ctx context.Context, kept store.Session) {
	now := s.now()
	expires, isDue := access.Prolonged(kept, now)
	if !isDue {
		return
	}
	if err := s.store.TryWrite(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.TouchSession(ctx, kept.TokenHash, now, expires)
	}); err != nil {
		s.log.WarnContext(ctx, "a session is used and not marked so", "error", err)
	}
}

// Save keeps a session and sets its cookie; a negative MaxAge ends it.
func (s *Sessions) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	ctx := r.Context()
	if session.Options.MaxAge < 0 {
		if err := s.end(ctx, session.ID); err != nil {
			return err
		}
		http.SetCookie(w, sessions.NewCookie(s.CookieName(SessionName), "", session.Options))
		return nil
	}
	data, err := encode(session.Values)
	if err != nil {
		return err
	}
	if err := s.keep(ctx, session, data, r.UserAgent()); errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrSessionOver) {
		return nil // it was ended meanwhile: it stays ended
	} else if err != nil {
		return fmt.Errorf("keep the session: %w", err)
	}
	http.SetCookie(w, sessions.NewCookie(s.CookieName(SessionName), session.ID, session.Options))
	return nil
}

// keep writes a session down: a new one under a new token, one that was read
// only while it has not been ended.
func (s *Sessions) keep(ctx context.Context, session *sessions.Session, data []byte, agent string) error {
	user, _ := session.Values[sessionUser].(int64)
	if session.ID != "" {
		return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.UpdateSession(ctx, access.HashToken(session.ID), user, data)
		})
	}
	token, err := access.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	kept := s.row(ctx, user, token, data, agent)
	session.ID = token
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.AddSession(ctx, kept) })
}

// tryKeep writes down a session from which a page took something. Where it cannot,
// the page is shown all the same, and the next one has it again.
func (s *Sessions) tryKeep(ctx context.Context, session *sessions.Session) error {
	data, err := encode(session.Values)
	if err != nil {
		return err
	}
	user, _ := session.Values[sessionUser].(int64)
	err = s.store.TryWrite(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.UpdateSession(ctx, access.HashToken(session.ID), user, data)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrSessionOver) {
		s.log.WarnContext(ctx, "a session is not kept", "error", err)
	}
	return nil
}

func encode(values map[any]any) ([]byte, error) {
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(values); err != nil {
		return nil, fmt.Errorf("encode the session: %w", err)
	}
	return data.Bytes(), nil
}

// row is a new session as the book keeps it.
func (s *Sessions) row(ctx context.Context, user int64, token string, data []byte, agent string) store.Session {
	row := access.NewSession(token, user, s.now())
	row.Data, row.Device, row.Address = data, Device(agent), store.AddressOf(ctx)
	return row
}

// end makes a session's token good for nothing.
func (s *Sessions) end(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteSession(ctx, access.HashToken(token)) })
	if err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}

// Open puts a new session in the place of the request's, in one Write: as reports
// what stands against it, and does what else belongs to it.
func (s *Sessions) Open(r *http.Request, w http.ResponseWriter, session *sessions.Session, as func(context.Context, *store.Tx) error) error {
	ctx := store.WithoutSession(r.Context())
	token, err := access.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	data, err := encode(session.Values)
	if err != nil {
		return err
	}
	user, _ := session.Values[sessionUser].(int64)
	kept := s.row(ctx, user, token, data, r.UserAgent())
	kept.TillID, _ = session.Values[sessionTill].(int64)
	if err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := as(ctx, tx); err != nil {
			return err
		}
		if session.ID != "" {
			if err := tx.DeleteSession(ctx, access.HashToken(session.ID)); err != nil {
				return err
			}
		}
		return tx.AddSession(ctx, kept)
	}); err != nil {
		return fmt.Errorf("open a session: %w", err)
	}
	session.ID = token
	http.SetCookie(w, sessions.NewCookie(s.CookieName(SessionName), token, session.Options))
	return nil
}

// Take takes a value out of a session, in one step: store.ErrNotFound when another
// request has taken it since it was read.
func (s *Sessions) Take(ctx context.Context, session *sessions.Session, key string) error {
	wanted := session.Values[key]
	delete(session.Values, key)
	hash := access.HashToken(session.ID)
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := tx.Session(ctx, hash)
		if err != nil {
			return err
		}
		values := map[any]any{}
		if err := gob.NewDecoder(bytes.NewReader(kept.Data)).Decode(&values); err != nil || values[key] != wanted {
			return store.ErrNotFound
		}
		delete(values, key)
		data, err := encode(values)
		if err != nil {
			return err
		}
		return tx.UpdateSession(ctx, hash, kept.UserID, data)
	})
}
