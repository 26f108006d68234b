package access

// Passkeys (WebAuthn): an authenticator that a person has, unlocked by what he
// knows or is, in place of name, password and code.

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"comptoir/store"
)

// Why a passkey is none: whoever tries is not told which of the reasons it was.
var (
	ErrPasskeyRefused  = errors.New("this passkey signs nobody in")
	ErrPasskeyNotAdded = errors.New("this passkey is not added")
	// ErrNoChallenge says that nothing was asked of an authenticator in this session,
	// or too long ago.
	ErrNoChallenge = errors.New("no challenge")
)

// Challenge is what an authenticator was asked, as a session keeps it.
type Challenge string

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

// TakesPasskeys reports whether there can be any at the product's address.
func (s *Service) TakesPasskeys() bool { return s.party != nil }

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
func (s *Service) passkeyUser(ctx context.Context, u store.User) (passkeyUser, error) {
	mac := s.Store.Keys.MAC("passkey handle")
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(u.ID))) //nolint:gosec // ids are positive
	known, err := s.Store.Passkeys(ctx, u.ID)
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

// BeginPasskey returns what a browser is asked to make a passkey of u's with, in JSON.
func (s *Service) BeginPasskey(ctx context.Context, u store.User) (options string, asked Challenge, err error) {
	of, err := s.passkeyUser(ctx, u)
	if err != nil {
		return "", "", err
	}
	creation, challenge, err := s.party.BeginRegistration(of, webauthn.WithExclusions(webauthn.Credentials(of.credentials).CredentialDescriptors()))
	if err != nil {
		return "", "", fmt.Errorf("begin a passkey: %w", err)
	}
	raw, err := json.Marshal(creation)
	if err != nil {
		return "", "", fmt.Errorf("begin a passkey: %w", err)
	}
	asked, err = challengeOf(challenge)
	return string(raw), asked, err
}

// AddPasskey adds what an authenticator answered as a passkey of u's, and ends the
// sessions that were opened without it but the one whose hash is given;
// ErrPasskeyNotAdded when it is no answer to what was asked.
func (s *Service) AddPasskey(ctx context.Context, u store.User, name string, asked Challenge, answer io.Reader, but []byte) error {
	challenge, err := asked.data()
	if err != nil {
		return err
	}
	of, err := s.passkeyUser(ctx, u)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBody(answer)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPasskeyNotAdded, detailed(err))
	}
	credential, err := s.party.CreateCredential(of, challenge, parsed)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPasskeyNotAdded, detailed(err))
	}
	raw, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddPasskey(ctx, store.Passkey{UserID: u.ID, CredentialID: credential.ID, Data: raw, Name: name, CreatedAt: s.Now()}); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, entry{u.ID, "passkey.added", "person", u.ID, named{name}}); err != nil {
			return err
		}
		return s.endSessions(ctx, tx, u.ID, u, store.AllSessions, but)
	})
}

// RemovePasskey takes one of u's away; store.ErrNotFound when it is not his.
func (s *Service) RemovePasskey(ctx context.Context, u store.User, id int64) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.DeletePasskey(ctx, u.ID, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{u.ID, "passkey.removed", "person", u.ID, nil})
	})
}

// AskPasskey returns what whatever authenticator is there is asked, in JSON;
// *WaitError when an address has asked too often.
func (s *Service) AskPasskey(from Asker) (options json.RawMessage, asked Challenge, err error) {
	if err := s.take(Guess{kindAsked, from.Network, AskedLimit}); err != nil {
		return nil, "", err
	}
	assertion, challenge, err := s.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	if options, err = json.Marshal(assertion); err != nil {
		return nil, "", fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	asked, err = challengeOf(challenge)
	return options, asked, err
}

// CountPasskey counts an authenticator's answer, before it is looked at; *WaitError
// when an address has answered too often.
func (s *Service) CountPasskey(from Asker) error { return s.take(passkeyGuess(from)) }

// ForgivePasskeys forgets the answers before a right one.
func (s *Service) ForgivePasskeys(ctx context.Context, from Asker) {
	s.ForgetRight(ctx, passkeyGuess(from))
}

func passkeyGuess(from Asker) Guess { return Guess{kindPasskey, from.Network, AddressLimit} }

// Passkey returns whose passkey answered what was asked, and what writes down that
// it did, in the Write that signs him in; ErrPasskeyRefused when it is nobody's. The
// authenticator has asked for what he knows or is, so no code is asked for.
func (s *Service) Passkey(ctx context.Context, asked Challenge, answer io.Reader) (store.User, func(context.Context, *store.Tx) error, error) {
	challenge, err := asked.data()
	if err != nil {
		return store.User{}, nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBody(answer)
	if err != nil {
		return store.User{}, nil, fmt.Errorf("%w: %w", ErrPasskeyRefused, detailed(err))
	}
	var key store.Passkey
	var u passkeyUser
	credential, err := s.party.ValidateDiscoverableLogin(func(rawID, _ []byte) (webauthn.User, error) {
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
		u, err = s.passkeyUser(ctx, of)
		return u, err
	}, challenge, parsed)
	if err != nil {
		return store.User{}, nil, fmt.Errorf("%w: %w", ErrPasskeyRefused, detailed(err))
	}
	if credential.Authenticator.CloneWarning {
		return store.User{}, nil, fmt.Errorf("%w: it was copied", ErrPasskeyRefused)
	}
	raw, err := json.Marshal(credential)
	if err != nil {
		return store.User{}, nil, fmt.Errorf("keep a passkey: %w", err)
	}
	return u.User, func(ctx context.Context, tx *store.Tx) error {
		err := tx.UsePasskey(ctx, key.ID, raw, s.Now())
		if errors.Is(err, store.ErrNotFound) {
			return ErrPasskeyRefused // taken away meanwhile
		}
		return err
	}, nil
}

func challengeOf(data *webauthn.SessionData) (Challenge, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("passkey challenge: %w", err)
	}
	return Challenge(raw), nil
}

func (c Challenge) data() (data webauthn.SessionData, err error) {
	if err := json.Unmarshal([]byte(c), &data); err != nil {
		return data, fmt.Errorf("%w: %w", ErrNoChallenge, err)
	}
	return data, nil
}

// detailed is an error with what the library says of it for a log.
func detailed(err error) error {
	var failure *protocol.Error
	if errors.As(err, &failure) {
		return fmt.Errorf("%w (%s)", err, failure.DevInfo)
	}
	return err
}
