package handlers

// Passkeys (WebAuthn): an authenticator that a person has, unlocked by what he
// knows or is, in place of name, password and code.

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// The keys of a challenge and of a new passkey's name, among a session's values.
const (
	sessionChallenge      = "passkey"
	sessionChallengeUntil = "passkey_until"
	sessionKeyName        = "passkey_name"
)

// errNoChallenge says that nothing was asked of an authenticator in this session,
// or too long ago.
var errNoChallenge = echo.NewHTTPError(http.StatusConflict, "no challenge")

// passkeyUser is a person as the library sees him.
type passkeyUser struct {
	store.User
	handle      []byte
	credentials []webauthn.Credential
}

func (u passkeyUser) WebAuthnID() []byte                         { return u.handle }
func (u passkeyUser) WebAuthnName() string                       { return u.Name }
func (u passkeyUser) WebAuthnDisplayName() string                { return u.Name }
func (u passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// passkeyUser reads a person's passkeys. His handle is what his authenticator
// knows him by: nothing of it can be read.
func (s *server) passkeyUser(c echo.Context, u store.User) (passkeyUser, error) {
	mac := s.Store.Keys.MAC("passkey handle")
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(u.ID))) //nolint:gosec // ids are positive
	known, err := s.Store.Passkeys(c.Request().Context(), u.ID)
	if err != nil {
		return passkeyUser{}, err
	}
	of := passkeyUser{User: u, handle: mac.Sum(nil)}
	for _, key := range known {
		var credential webauthn.Credential
		if err := json.Unmarshal(key.Data, &credential); err != nil {
			return of, fmt.Errorf("read passkey %d: %w", key.ID, err)
		}
		of.credentials = append(of.credentials, credential)
	}
	return of, nil
}

// relyingParty is a product at an address towards authenticators, which know
// sites by their name: nil for an address that has none, or is no safe place.
func relyingParty(address, shop string) *webauthn.WebAuthn {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Hostname() != "localhost" || net.ParseIP(u.Hostname()) != nil {
		return nil
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: shop, RPOrigins: []string{address},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil
	}
	return party
}

// takesPasskeys lets a handler of passkeys answer where there can be any.
func (s *server) takesPasskeys(handle echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.party == nil {
			return echo.NewHTTPError(http.StatusNotFound)
		}
		return handle(c)
	}
}

// keepChallenge keeps what the authenticator is asked, in the session.
func (s *server) keepChallenge(c echo.Context, challenge *webauthn.SessionData) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(challenge)
	if err != nil {
		return fmt.Errorf("passkey challenge: %w", err)
	}
	session.Values[sessionChallenge], session.Values[sessionChallengeUntil] = string(raw), s.Now().Add(halfLife).Unix()
	return session.Save(c.Request(), c.Response())
}

// takeChallenge reads the challenge of the session and takes it away, in one step: of
// many answers at once one finds it.
func (s *server) takeChallenge(c echo.Context) (challenge webauthn.SessionData, err error) {
	session, err := s.session(c)
	if err != nil {
		return challenge, err
	}
	raw, _ := session.Values[sessionChallenge].(string)
	until, _ := session.Values[sessionChallengeUntil].(int64)
	if raw == "" {
		return challenge, errNoChallenge
	}
	if err := s.sessions.take(c.Request().Context(), session, sessionChallenge); errors.Is(err, store.ErrNotFound) {
		return challenge, errNoChallenge // another answer was quicker
	} else if err != nil {
		return challenge, err
	}
	if err := json.Unmarshal([]byte(raw), &challenge); err != nil || s.Now().Unix() >= until {
		return challenge, errNoChallenge
	}
	return challenge, nil
}

func (s *server) passkeyForm(c echo.Context) error {
	return s.showPasskeyForm(c, http.StatusOK, views.PasskeyForm{})
}

func (s *server) showPasskeyForm(c echo.Context, status int, form views.PasskeyForm) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.PasskeyPage(p, form) })
}

// beginPasskey asks for the password, then has the browser make a passkey.
func (s *server) beginPasskey(c echo.Context) error {
	f := newForm(c)
	in := views.PasskeyForm{Name: typed(c, "name"), Errors: f.errors}
	if in.Name == "" {
		f.wrong("name", views.ProblemNameMissing, "")
	}
	f.atMost("name", in.Name, views.MaxPersonName)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showPasskeyForm(c, statusOf(f), in)
	}
	u, err := s.passkeyUser(c, user(c))
	if err != nil {
		return err
	}
	options, challenge, err := s.party.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.credentials).CredentialDescriptors()))
	if err != nil {
		return fmt.Errorf("begin a passkey: %w", err)
	}
	session, err := s.session(c)
	if err != nil {
		return err
	}
	session.Values[sessionKeyName] = in.Name
	if err := s.keepChallenge(c, challenge); err != nil {
		return err
	}
	raw, err := json.Marshal(options)
	if err != nil {
		return fmt.Errorf("begin a passkey: %w", err)
	}
	in.Options = string(raw)
	return s.showPasskeyForm(c, http.StatusOK, in)
}

// next tells a script where to go on.
func next(c echo.Context, path string) error {
	return c.JSON(http.StatusOK, map[string]string{"next": path})
}

func (s *server) finishPasskey(c echo.Context) error {
	ctx := c.Request().Context()
	session, err := s.session(c)
	if err != nil {
		return err
	}
	name, _ := session.Values[sessionKeyName].(string)
	delete(session.Values, sessionKeyName)
	challenge, err := s.takeChallenge(c)
	if err != nil {
		return err
	}
	u, err := s.passkeyUser(c, user(c))
	if err != nil {
		return err
	}
	credential, err := s.party.FinishRegistration(u, challenge, c.Request())
	if err != nil {
		s.Log.WarnContext(ctx, "passkey not added", "id", requestID(c), "error", err, "detail", detailOf(err))
		return echo.NewHTTPError(http.StatusUnprocessableEntity).SetInternal(err)
	}
	raw, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddPasskey(ctx, store.Passkey{UserID: u.ID, CredentialID: credential.ID, Data: raw, Name: name, CreatedAt: s.Now()}); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, act{u.ID, "passkey.added", "person", u.ID}, signInDetail{Name: name}); err != nil {
			return err
		}
		return s.endSessionsIn(c, tx, u.User, store.AllSessions) // which were opened without it
	}); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPasskey); err != nil {
		return err
	}
	return next(c, "/account")
}

// removePasskey takes one away, after the password.
func (s *server) removePasskey(c echo.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	f := newForm(c)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{passkeys: f.errors})
	}
	err = s.Store.Write(f.ctx, func(tx *store.Tx) error {
		if err := tx.DeletePasskey(f.ctx, user(c).ID, n); err != nil {
			return err
		}
		return s.audit(f.ctx, tx, act{user(c).ID, "passkey.removed", "person", user(c).ID}, nil)
	})
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPasskeyGone); err != nil {
		return err
	}
	return see(c, "/account")
}

// beginPasskeySignIn asks whatever authenticator is there who it is.
func (s *server) beginPasskeySignIn(c echo.Context) error {
	if wait := s.Guesses.take(s.Now(), guessed{"asked|" + payments.Network(c.RealIP()), askedLimit}); wait > 0 {
		tooMany(c, wait)
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	options, challenge, err := s.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	if err := s.keepChallenge(c, challenge); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, options)
}

// errPasskey is every reason for which a passkey does not sign in: whoever tries
// is not told which.
var errPasskey = echo.NewHTTPError(http.StatusForbidden, "this passkey signs nobody in")

// finishPasskeySignIn signs in whose passkey it is. The authenticator has asked
// for what he knows or is, so no code is asked for.
func (s *server) finishPasskeySignIn(c echo.Context) error {
	ctx := c.Request().Context()
	if wait := s.Guesses.take(s.Now(), guessed{"passkey|" + payments.Network(c.RealIP()), addressLimit}); wait > 0 {
		tooMany(c, wait)
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	challenge, err := s.takeChallenge(c)
	if err != nil {
		return err
	}
	var key store.Passkey
	var u passkeyUser
	credential, err := s.party.FinishDiscoverableLogin(func(rawID, _ []byte) (webauthn.User, error) {
		if key, err = s.Store.Passkey(ctx, rawID); err != nil {
			return nil, err
		}
		of, err := s.Store.User(ctx, key.UserID)
		if err == nil && !of.Active() {
			err = store.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		u, err = s.passkeyUser(c, of)
		return u, err
	}, challenge, c.Request())
	if err != nil || credential.Authenticator.CloneWarning {
		s.Log.WarnContext(ctx, "passkey refused", "id", requestID(c), "address", c.RealIP(), "error", err, "detail", detailOf(err))
		return errPasskey
	}
	raw, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	if err := s.beginSession(c, u.User, func(ctx context.Context, tx *store.Tx) error { return tx.UsePasskey(ctx, key.ID, raw, s.Now()) }); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return errPasskey // taken away meanwhile
		}
		return err
	}
	s.rightGuess(c, guessed{"passkey|" + payments.Network(c.RealIP()), addressLimit})
	return next(c, localPath(c.QueryParam("next")))
}

// detailOf is what the library says for a log.
func detailOf(err error) string {
	var failure *protocol.Error
	if errors.As(err, &failure) {
		return failure.DevInfo
	}
	return ""
}
