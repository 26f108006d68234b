package campay

// The signature of a notification: a JWT under the app's webhook key. Its claims
// say nothing of the transaction, so it proves who sent, not what was sent.

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ErrSignature is wrapped by every error of Verify.
var ErrSignature = errors.New("signature refused")

// ErrSignatureExpired is wrapped beside ErrSignature when the signature is
// CamPay's own and out of its time: of a delivery that was held back or replayed, or
// because our clock is wrong.
var ErrSignatureExpired = errors.New("out of its time")

// clockLeeway is how far CamPay's clock and ours may differ.
const clockLeeway = time.Minute

// signatureLife is how long CamPay's own signatures are valid.
const signatureLife = time.Hour

// signatureSource is the source claim of CamPay's signatures, and signatureApp
// what the header of the sandbox's names as its app.
const (
	signatureSource = "CamPay"
	signatureApp    = "Comptoir"
)

// Verifier checks the signatures of one app's notifications. It is safe for
// concurrent use.
type Verifier struct {
	key    []byte
	parser *jwt.Parser
}

// NewVerifier makes the verifier for a webhook key. An empty key is refused:
// with it, anyone could sign.
func NewVerifier(key string, now func() time.Time) (*Verifier, error) {
	if key == "" {
		return nil, errors.New("campay: the webhook key is empty")
	}
	return &Verifier{
		key: []byte(key),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithTimeFunc(now),
			jwt.WithLeeway(clockLeeway),
			jwt.WithIssuedAt(),
			jwt.WithStrictDecoding(),
		),
	}, nil
}

// Verify reports whether n's signature was made with the webhook key, by HS256
// and nothing else, and is in its time where it names one; until is the end of that,
// zero where it names none. It does not make n's content true.
func (v *Verifier) Verify(n Notification) (until time.Time, err error) {
	if n.Signature == "" {
		return until, fmt.Errorf("%w: there is none", ErrSignature)
	}
	token, err := v.parser.ParseWithClaims(n.Signature, jwt.MapClaims{}, func(*jwt.Token) (any, error) {
		return v.key, nil
	})
	switch {
	case err == nil:
		if end, _ := token.Claims.GetExpirationTime(); end != nil {
			until = end.Time
		}
		return until, nil
	case errors.Is(err, jwt.ErrTokenExpired):
		return until, fmt.Errorf("%w: %w", ErrSignature, ErrSignatureExpired)
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return until, fmt.Errorf("%w: %w: %s", ErrSignature, ErrSignatureExpired, why(err))
	default:
		return until, fmt.Errorf("%w: %s", ErrSignature, why(err))
	}
}

// why puts the reason into words of ours: the parser's may repeat the token.
func why(err error) string {
	for _, reason := range []struct {
		err  error
		text string
	}{
		{jwt.ErrTokenMalformed, "not a JWT"},
		{jwt.ErrTokenSignatureInvalid, "wrong key or algorithm"},
		{jwt.ErrTokenNotValidYet, "not valid yet"},
		{jwt.ErrTokenUsedBeforeIssued, "issued in the future"},
	} {
		if errors.Is(err, reason.err) {
			return reason.text
		}
	}
	return "unreadable claims or algorithm"
}

// Format hides the key from every format verb.
func (v *Verifier) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "campay.Verifier") }

// SignNotification makes a signature as CamPay does: HS256, one hour of life,
// nothing of the transaction in it.
func SignNotification(key string, now time.Time) (string, error) {
	if key == "" {
		return "", errors.New("campay: the webhook key is empty")
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iat":    now.Unix(),
		"nbf":    now.Unix(),
		"exp":    now.Add(signatureLife).Unix(),
		"source": signatureSource,
	})
	token.Header["app"] = signatureApp
	signed, err := token.SignedString([]byte(key))
	if err != nil {
		return "", fmt.Errorf("sign notification: %w", err)
	}
	return signed, nil
}
