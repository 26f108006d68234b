package campay_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"comptoir/campay"
	"comptoir/campay/money"
)

const documentedQuery = "status=SUCCESSFUL&reference=xyz&amount=100&currency=XAF&operator=MTN&code=ABC1234567890" +
	"&operator_reference=1234567890&signature=asdfasdfasdfasdf&endpoint=collect&external_reference=asdf" +
	"&external_user=user-1&extra_first_name=First&extra_last_name=Last&extra_email=test@example.com&phone_number=237123456789"

var documentedNotification = campay.Notification{
	Status: campay.Successful, Reference: "xyz", Amount: money.Tell(money.Francs(100)), AmountText: "100", Currency: "XAF",
	Operator: money.MTN, Code: "ABC1234567890", OperatorReference: "1234567890", Endpoint: "collect",
	ExternalReference: "asdf", ExternalUser: "user-1", FirstName: "First", LastName: "Last",
	Email: "test@example.com", Phone: "237123456789", Signature: "asdfasdfasdfasdf",
}

const documentedJSON = `{"status":"successful","reference":"xyz","amount":100,"currency":"XAF","operator":"mtn",
	"code":"ABC1234567890","operator_reference":1234567890,"signature":"asdfasdfasdfasdf","endpoint":"collect",
	"external_reference":"asdf","external_user":"user-1","extra_first_name":"First","extra_last_name":"Last",
	"extra_email":"test@example.com","phone_number":237123456789,"app":{"unknown":[1]},"app":2}`

// documentedParts is the documented query as a form in parts, divided by “x”.
var documentedParts = func() string {
	var b strings.Builder
	for pair := range strings.SplitSeq(documentedQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		fmt.Fprintf(&b, "--x\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, value)
	}
	b.WriteString("--x\r\nContent-Disposition: form-data; name=\"status\"; filename=\"a.txt\"\r\n\r\nFAILED\r\n--x--\r\n")
	return b.String()
}()

func delivery(method, contentType, body string) *http.Request {
	target := "/webhook"
	if method == http.MethodGet {
		target, body = target+"?"+body, ""
	}
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func parse(r *http.Request) (campay.Notification, error) {
	raw, err := campay.ReadNotification(r)
	if err != nil {
		return campay.Notification{}, err
	}
	return raw.Parse()
}

func TestNotification_SaysTheSameByEveryWayOfDelivery(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*http.Request{
		"GET":                      delivery("GET", "", documentedQuery),
		"GET with a JSON type":     delivery("GET", "application/json", documentedQuery),
		"POST form":                delivery("POST", "application/x-www-form-urlencoded", documentedQuery),
		"POST JSON":                delivery("POST", "application/json; charset=utf-8", documentedJSON),
		"POST JSON without type":   delivery("POST", "", documentedJSON),
		"POST form without type":   delivery("POST", "", documentedQuery),
		"POST JSON with a BOM":     delivery("POST", "application/json", "\ufeff"+documentedJSON),
		"POST of +json":            delivery("POST", "application/vnd.campay+json", documentedJSON),
		"POST JSON as a text":      delivery("POST", "text/plain;charset=UTF-8", documentedJSON),
		"POST form as a text":      delivery("POST", "text/plain", documentedQuery),
		"POST of a malformed type": delivery("POST", "application/json; =", documentedJSON),
		"POST in parts":            delivery("POST", "multipart/form-data; boundary=x", documentedParts),
		"POST with a query beside": func() *http.Request {
			r := delivery("POST", "application/json", documentedJSON)
			r.URL.RawQuery = "status=FAILED&reference=other"
			return r
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if got != documentedNotification {
				t.Errorf("\ngot  %#v\nwant %#v", fields(got), fields(documentedNotification))
			}
		})
	}
}

// fields shows a notification whole; its own format hides the signature.
func fields(n campay.Notification) any {
	type shown campay.Notification
	return shown(n)
}

func TestNotification_SignsThatEscapeNothing_StandForThemselves(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Awa;Brice": "Awa;Brice", "50%": "50%", "50%25": "50%", "%zz": "%zz", "%": "%", "a%2": "a%2",
		"%25zz": "%zz", "Awa+B": "Awa B", "%2B": "+", "N%C3%A9": "Né", "%%41": "%A",
	} {
		n, err := parse(delivery("GET", "", "status=FAILED&reference=xyz&extra_first_name="+typed))
		if err != nil || n.FirstName != want {
			t.Errorf("%q: got %q, %v; want %q", typed, n.FirstName, err, want)
		}
	}
}

func TestNotification_AbsentValuesAreEmpty(t *testing.T) {
	t.Parallel()
	n, err := parse(delivery("POST", "application/json",
		`{"status":"FAILED","reference":"xyz","amount":null,"operator_reference":"None","external_user":""}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := (campay.Notification{Status: campay.Failed, Reference: "xyz"}); n != want {
		t.Errorf("got %#v", fields(n))
	}
}

func TestNotification_WithAnUnreadableAmount_IsKeptWithItsText(t *testing.T) {
	t.Parallel()
	n, err := parse(delivery("GET", "", "status=SUCCESSFUL&reference=xyz&amount=1O0"))
	if err != nil || n.Amount.Known || n.AmountText != "1O0" {
		t.Errorf("got %#v, %v", fields(n), err)
	}
}

func TestNotification_ThatCannotBeUnderstood_IsRefused(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*http.Request{
		"no status":              delivery("GET", "", "reference=xyz"),
		"no reference":           delivery("GET", "", "status=FAILED"),
		"empty":                  delivery("POST", "", ""),
		"no name but escapes":    delivery("GET", "", "%zz=FAILED&reference=x"),
		"repeated in query":      delivery("GET", "", "status=FAILED&reference=x&status=SUCCESSFUL"),
		"repeated in form":       delivery("POST", "application/x-www-form-urlencoded", "status=FAILED&reference=x&amount=1&amount=2"),
		"repeated in JSON":       delivery("POST", "application/json", `{"status":"FAILED","reference":"x","status":"SUCCESSFUL"}`),
		"a list":                 delivery("POST", "application/json", `[{"status":"FAILED","reference":"x"}]`),
		"a nested value":         delivery("POST", "application/json", `{"status":{"a":1},"reference":"x"}`),
		"cut JSON":               delivery("POST", "application/json", `{"status":"FAILED","reference":"x"`),
		"cut in a value":         delivery("POST", "application/json", `{"status":"FAILED","reference":"x`),
		"cut in a key":           delivery("POST", "application/json", `{"status":"FAILED","refer`),
		"two objects":            delivery("POST", "application/json", `{"status":"FAILED","reference":"x"}{}`),
		"a text":                 delivery("POST", "text/plain", "SUCCESSFUL xyz"),
		"JSON cut, as a text":    delivery("POST", "text/plain", `{"status":"FAILED","reference":"x"`),
		"no parts":               delivery("POST", "multipart/form-data; boundary=x", "--x--"),
		"parts without boundary": delivery("POST", "multipart/form-data", documentedParts),
		"parts cut":              delivery("POST", "multipart/form-data; boundary=x", strings.TrimSuffix(documentedParts, "--x--\r\n")),
		"repeated in parts":      delivery("POST", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=status\r\n\r\nFAILED\r\n"+documentedParts),
	} {
		if n, err := parse(r); !errors.Is(err, campay.ErrNotification) {
			t.Errorf("%s: got %#v, %v", name, fields(n), err)
		}
	}
}

func TestReadNotification_ReadsNoMoreThanItsBound(t *testing.T) {
	t.Parallel()
	exact := "status=FAILED&reference=" + strings.Repeat("x", campay.MaxNotification-len("status=FAILED&reference="))
	for _, method := range []string{"GET", "POST"} {
		if _, err := campay.ReadNotification(delivery(method, "", exact)); err != nil {
			t.Errorf("%s of %d bytes: %v", method, len(exact), err)
		}
		if _, err := campay.ReadNotification(delivery(method, "", exact+"x")); !errors.Is(err, campay.ErrNotificationTooLarge) {
			t.Errorf("%s of %d bytes: %v", method, len(exact)+1, err)
		}
	}
	endless := &counting{r: endlessX{}}
	if _, err := campay.ReadNotification(httptest.NewRequest("POST", "/", endless)); !errors.Is(err, campay.ErrNotificationTooLarge) {
		t.Errorf("an endless body: %v", err)
	}
	if endless.n > 2*campay.MaxNotification {
		t.Errorf("%d bytes were read of it", endless.n)
	}
	tooLarge := campay.RawNotification{Method: "POST", Body: []byte(exact + "x")}
	if _, err := tooLarge.Parse(); !errors.Is(err, campay.ErrNotificationTooLarge) {
		t.Errorf("parsing more than can have been read: %v", err)
	}
}

type endlessX struct{}

func (endlessX) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("x"), len(p))), nil }

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestReadNotification_TakesOnlyGETAndPOST(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		if _, err := campay.ReadNotification(delivery(method, "", documentedQuery)); !errors.Is(err, campay.ErrNotificationMethod) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

func TestReadNotification_OfABodyThatBreaks_Fails(t *testing.T) {
	t.Parallel()
	broken := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(documentedJSON)))
	if _, err := campay.ReadNotification(httptest.NewRequest("POST", "/", broken)); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestNotification_HidesItsSignatureFromFormatsAndLogs(t *testing.T) {
	t.Parallel()
	raw, err := campay.ReadNotification(delivery("POST", "application/json", documentedJSON))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb+verb+"\n", documentedNotification, raw)
	}
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "n", documentedNotification, "raw", raw)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "n", documentedNotification, "raw", raw)
	secret := documentedNotification.Signature
	for _, form := range spellings(secret) {
		if strings.Contains(log.String(), form) {
			t.Errorf("the signature shows in\n%s", &log)
		}
	}
}

func TestNotification_ErrorsDoNotRepeatTheSignature(t *testing.T) {
	t.Parallel()
	for _, r := range []*http.Request{
		delivery("GET", "", "signature=asdfasdfasdf&status=%zz"),
		delivery("GET", "", "signature=asdfasdfasdf;x&status=FAILED"),
		delivery("POST", "application/json", `{"signature":"asdfasdfasdf","status":asdfasdfasdf}`),
		delivery("POST", "application/json", `"asdfasdfasdf"`),
	} {
		if _, err := parse(r); err == nil || strings.Contains(err.Error(), "asdfasdfasdf") {
			t.Errorf("got %v", err)
		}
	}
}

func FuzzNotification_Parse(f *testing.F) {
	f.Add("GET", "", documentedQuery)
	f.Add("POST", "application/json", documentedJSON)
	f.Add("POST", "application/x-www-form-urlencoded", documentedQuery)
	f.Add("POST", "", `{"status":"FAILED","reference":"x","amount":1e999999999}`)
	f.Add("POST", "", `{"status":"FAILED","reference":"x"`)
	f.Add("POST", "multipart/form-data; boundary=x", documentedParts)
	f.Fuzz(func(t *testing.T, method, contentType, body string) {
		raw := campay.RawNotification{Method: method, ContentType: contentType, Body: []byte(body)}
		n, err := raw.Parse()
		if err != nil {
			if !errors.Is(err, campay.ErrNotification) || n != (campay.Notification{}) {
				t.Fatalf("%#v, %v", fields(n), err)
			}
			return
		}
		if n.Status == "" || n.Reference == "" {
			t.Fatalf("%#v without status or reference", fields(n))
		}
		// What was read says the same when it is sent again as a query.
		query := url.Values{"status": {string(n.Status)}, "reference": {n.Reference}, "amount": {n.AmountText}}
		again, err := campay.RawNotification{Method: "GET", Body: []byte(query.Encode())}.Parse()
		if err != nil || again.Status != n.Status || again.Reference != n.Reference || again.Amount != n.Amount {
			t.Fatalf("%#v came back as %#v, %v", fields(n), fields(again), err)
		}
	})
}
