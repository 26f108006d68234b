package sandbox

// Who may call: the permanent token, or a temporary one that ends.

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	noToken      = "Authentication credentials were not provided." // #nosec G101 -- an answer's text
	invalidToken = "Invalid token."                                // #nosec G101 -- an answer's text
	expiredToken = "Token has expired."                            // #nosec G101 -- an answer's text
	tokenBytes   = 48
)

// token is POST /token/: a temporary token for the app's username and password.
func (s *Sandbox) token(r *http.Request, body []byte) (any, error) {
	var asked struct {
		Username plain `json:"username"`
		Password plain `json:"password"`
	}
	if err := readBody(r, body, &asked); err != nil {
		return nil, err
	}
	userOK := equal(string(asked.Username), s.cfg.Username)
	if passwordOK := equal(string(asked.Password), s.cfg.Password); !userOK || !passwordOK {
		return nil, &Refusal{
			HTTPStatus: http.StatusBadRequest,
			Message:    "Unable to log in with provided credentials.", field: nonFieldErrors,
		}
	}
	var token string
	err := s.change(func(st *state) (err error) {
		token, err = st.newToken()
		return err
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"token": token, "expires_in": int(s.cfg.TokenLife.Seconds())}, nil
}

// newToken keeps the hash of a token alone, and forgets those that have ended
// for a whole life.
func (st *state) newToken() (string, error) {
	random := make([]byte, tokenBytes)
	if _, err := io.ReadFull(st.cfg.Rand, random); err != nil {
		return "", fmt.Errorf("random: %w", err)
	}
	for hash, end := range st.Tokens {
		if st.now.Sub(end) > st.cfg.TokenLife {
			delete(st.Tokens, hash)
		}
	}
	token := "eyJ" + base64.RawURLEncoding.EncodeToString(random)
	st.Tokens[hashOf(token)] = st.now.Add(st.cfg.TokenLife)
	st.touch()
	return token, nil
}

// authorized lets a call through that carries a good token.
func (s *Sandbox) authorized(do call) call {
	return func(r *http.Request, body []byte) (any, error) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Token") || token == "" {
			return nil, unauthorized(noToken)
		}
		if equal(token, s.cfg.Token) {
			return do(r, body)
		}
		var refusal error
		s.look(func(st *state) {
			end, known := st.Tokens[hashOf(token)]
			switch {
			case !known:
				refusal = unauthorized(invalidToken)
			case !end.After(st.now):
				refusal = unauthorized(expiredToken)
			}
		})
		if refusal != nil {
			return nil, refusal
		}
		return do(r, body)
	}
}

func unauthorized(text string) *Refusal {
	return &Refusal{HTTPStatus: http.StatusUnauthorized, Message: text, field: detail}
}

// equal compares in constant time; a key that is not configured equals nothing.
func equal(given, key string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(key))
	return key != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
