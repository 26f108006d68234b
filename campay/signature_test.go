package campay_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"comptoir/campay"
)

const webhookKey = "webhook-key-of-the-app"

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func verifierAt(t testing.TB, now time.Time) *campay.Verifier {
	t.Helper()
	v, err := campay.NewVerifier(webhookKey, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func signed(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verify(v *campay.Verifier, signature string) error {
	_, err := v.Verify(campay.Notification{Signature: signature})
	return err
}

func TestVerify_TakesCamPaysOwnSignatureForAnHour(t *testing.T) {
	t.Parallel()
	signature, err := campay.SignNotification(webhookKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	for after, ok := range map[time.Duration]bool{
		0: true, 59 * time.Minute: true, time.Hour + 59*time.Second: true, time.Hour + time.Minute: false,
		-time.Minute: true, -61 * time.Second: false, 24 * time.Hour: false,
	} {
		if err := verify(verifierAt(t, noon.Add(after)), signature); (err == nil) != ok {
			t.Errorf("%v after it was signed: %v", after, err)
		}
	}
}

func TestVerify_TakesASignatureWithoutTimes(t *testing.T) {
	t.Parallel()
	for _, claims := range []jwt.MapClaims{{}, {"source": "campay"}, {"exp": noon.Add(time.Minute).Unix()}} {
		if err := verify(verifierAt(t, noon), signed(t, jwt.SigningMethodHS256, []byte(webhookKey), claims)); err != nil {
			t.Errorf("%v: %v", claims, err)
		}
	}
}

func TestVerify_RefusesEveryOtherSignature(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key, claims := []byte(webhookKey), jwt.MapClaims{"exp": noon.Add(time.Hour).Unix()}
	good := signed(t, jwt.SigningMethodHS256, key, claims)
	parts := strings.Split(good, ".")
	other := strings.Split(signed(t, jwt.SigningMethodHS256, key, jwt.MapClaims{"exp": noon.Add(2 * time.Hour).Unix()}), ".")
	v := verifierAt(t, noon)
	if err := verify(v, good); err != nil {
		t.Fatal(err)
	}
	for name, signature := range map[string]string{
		"none":                      "",
		"the documentation's":       "asdfasdfasdfasdf",
		"alg none":                  signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims),
		"another key":               signed(t, jwt.SigningMethodHS256, []byte("another"), claims),
		"the empty key":             signed(t, jwt.SigningMethodHS256, []byte{}, claims),
		"HS384":                     signed(t, jwt.SigningMethodHS384, key, claims),
		"HS512":                     signed(t, jwt.SigningMethodHS512, key, claims),
		"RS256":                     signed(t, jwt.SigningMethodRS256, rsaKey, claims),
		"no signature":              parts[0] + "." + parts[1] + ".",
		"two parts":                 parts[0] + "." + parts[1],
		"another's claims":          parts[0] + "." + other[1] + "." + parts[2],
		"expired":                   signed(t, jwt.SigningMethodHS256, key, jwt.MapClaims{"exp": noon.Add(-2 * time.Minute).Unix()}),
		"not valid yet":             signed(t, jwt.SigningMethodHS256, key, jwt.MapClaims{"nbf": noon.Add(2 * time.Minute).Unix()}),
		"issued in the future":      signed(t, jwt.SigningMethodHS256, key, jwt.MapClaims{"iat": noon.Add(2 * time.Minute).Unix()}),
		"an expiry that is no time": signed(t, jwt.SigningMethodHS256, key, jwt.MapClaims{"exp": "never"}),
	} {
		err := verify(v, signature)
		if !errors.Is(err, campay.ErrSignature) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if isOwn := name == "expired" || name == "not valid yet" || name == "issued in the future"; errors.Is(err, campay.ErrSignatureExpired) != isOwn {
			t.Errorf("%s: made with the key: %v; %v", name, isOwn, err)
		}
		if signature != "" && strings.Contains(err.Error(), signature) || strings.Contains(err.Error(), webhookKey) {
			t.Errorf("%s: the error repeats a secret: %v", name, err)
		}
	}
}

func TestVerifier_WithoutAKey_IsNotMade(t *testing.T) {
	t.Parallel()
	if _, err := campay.NewVerifier("", time.Now); err == nil {
		t.Error("a verifier without a key")
	}
	if _, err := campay.SignNotification("", noon); err == nil {
		t.Error("a signature without a key")
	}
}

func TestVerifier_HidesItsKey(t *testing.T) {
	t.Parallel()
	v := verifierAt(t, noon)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	for _, form := range spellings(webhookKey) {
		if strings.Contains(out.String(), form) {
			t.Errorf("the key shows in\n%s", &out)
		}
	}
}
