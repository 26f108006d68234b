package campay

// Notifications (webhooks): what CamPay sends to the merchant's callback
// address when a transaction is SUCCESSFUL or FAILED. Reading, parsing and
// verifying are three steps, so that a delivery can be kept as it came before
// it is understood.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Notification is what a delivery says. None of it is proved: a valid signature
// shows that CamPay sent something within the hour, not that it sent this.
type Notification struct {
	Status            Status
	Reference         string
	Amount            Told   // unknown when AmountText is not an amount
	AmountText        string // as it came
	Currency          string
	Operator          Operator
	Code              string // CamPay's own
	OperatorReference string
	Endpoint          string // "collect" or "withdraw"
	ExternalReference string
	ExternalUser      string
	FirstName         string
	LastName          string
	Email             string
	Phone             string // as it came
	Signature         string // a secret for an hour: never logged
}

// Format keeps the signature out of every format verb.
func (n Notification) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "notification of %q: %q, %q %s", n.Reference, n.Status, n.AmountText, n.Operator)
}

// LogValue keeps the signature, and the payer, out of logs.
func (n Notification) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reference", n.Reference),
		slog.String("status", string(n.Status)),
		slog.String("amount", n.AmountText),
	)
}

// MaxNotification bounds what is read of one delivery, in bytes.
const MaxNotification = 16 << 10

// Errors of deliveries, wrapped with the details.
var (
	ErrNotificationTooLarge = errors.New("notification too large")
	ErrNotificationMethod   = errors.New("notification by a method other than GET and POST")
	ErrNotification         = errors.New("not a notification")
)

// RawNotification is a delivery as it came. It holds the signature.
type RawNotification struct {
	Method      string
	ContentType string
	Body        []byte // of a GET: the query string
}

// Format keeps the body, and the signature in it, out of every format verb.
func (raw RawNotification) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "notification by %s, %q, %d bytes", raw.Method, raw.ContentType, len(raw.Body))
}

// LogValue keeps the body, and the signature in it, out of logs.
func (raw RawNotification) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(raw)) }

// ReadNotification reads a delivery, at most MaxNotification bytes of it, and
// understands nothing of it yet.
func ReadNotification(r *http.Request) (RawNotification, error) {
	raw := RawNotification{Method: r.Method, ContentType: r.Header.Get("Content-Type")}
	switch r.Method {
	case http.MethodGet:
		raw.ContentType = ""
		raw.Body = []byte(r.URL.RawQuery)
	case http.MethodPost:
		body, err := io.ReadAll(io.LimitReader(r.Body, MaxNotification+1))
		if err != nil {
			return RawNotification{}, fmt.Errorf("read notification: %w", err)
		}
		raw.Body = body
	default:
		return RawNotification{}, fmt.Errorf("%w: %q", ErrNotificationMethod, r.Method)
	}
	if len(raw.Body) > MaxNotification {
		return RawNotification{}, fmt.Errorf("%w: more than %d bytes", ErrNotificationTooLarge, MaxNotification)
	}
	return raw, nil
}

// Parse reads what the delivery says: a GET's query, a POST's JSON object
// (values may be strings, numbers or null) or form. A POST without a content
// type is JSON if it can be. Fields that nobody documents are ignored; a
// documented field that comes twice is refused, because the one who checks and
// the one who acts might each read another of the two.
func (raw RawNotification) Parse() (Notification, error) {
	fields, err := raw.Fields()
	if err != nil {
		return Notification{}, fmt.Errorf("%w: %w", ErrNotification, err)
	}
	n := Notification{
		Status:            Status(strings.ToUpper(fields["status"])),
		Reference:         fields["reference"],
		AmountText:        fields["amount"],
		Currency:          fields["currency"],
		Operator:          ParseOperator(fields["operator"]),
		Code:              fields["code"],
		OperatorReference: fields["operator_reference"],
		Endpoint:          fields["endpoint"],
		ExternalReference: fields["external_reference"],
		ExternalUser:      fields["external_user"],
		FirstName:         fields["extra_first_name"],
		LastName:          fields["extra_last_name"],
		Email:             fields["extra_email"],
		Phone:             fields["phone_number"],
		Signature:         fields["signature"],
	}
	if n.Status == "" || n.Reference == "" {
		return Notification{}, fmt.Errorf("%w: no status or no reference", ErrNotification)
	}
	// An amount that cannot be read is no reason to lose the delivery: the
	// amount that counts is the one that /transaction/ gives.
	if amount, err := readXAF(n.AmountText); err == nil {
		n.Amount = Tell(amount)
	}
	return n, nil
}

// documented are the fields of a notification in CamPay's documentation.
var documented = map[string]bool{
	"status": true, "reference": true, "amount": true, "currency": true, "operator": true,
	"code": true, "operator_reference": true, "signature": true, "endpoint": true,
	"external_reference": true, "external_user": true, "extra_first_name": true,
	"extra_last_name": true, "extra_email": true, "phone_number": true,
}

// Fields returns what the delivery carries of CamPay's documented fields, the
// signature among them; an absent value has no entry.
func (raw RawNotification) Fields() (map[string]string, error) {
	if len(raw.Body) > MaxNotification {
		return nil, ErrNotificationTooLarge
	}
	if raw.Method == http.MethodGet {
		return formFields(raw.Body)
	}
	if raw.ContentType == "" {
		if fields, err := jsonFields(raw.Body); err == nil {
			return fields, nil
		}
		return formFields(raw.Body)
	}
	kind, _, err := mime.ParseMediaType(raw.ContentType)
	if err != nil {
		return nil, fmt.Errorf("content type: %w", err)
	}
	switch kind {
	case "application/json", "text/json":
		return jsonFields(raw.Body)
	case "application/x-www-form-urlencoded":
		return formFields(raw.Body)
	}
	return nil, fmt.Errorf("content type %q", kind)
}

func formFields(b []byte) (map[string]string, error) {
	values, err := url.ParseQuery(string(b))
	if err != nil {
		// The parser's error repeats the text, signature and all.
		return nil, errors.New("malformed form or query")
	}
	fields := make(map[string]string, len(documented))
	for key := range documented {
		if len(values[key]) > 1 {
			return nil, fmt.Errorf("field %s comes twice", key)
		}
		if s := strings.TrimSpace(values.Get(key)); !absent(s) {
			fields[key] = s
		}
	}
	return fields, nil
}

// jsonFields reads one flat object token by token, because a decoder into a
// map would silently keep the last of two equal keys.
func jsonFields(b []byte) (map[string]string, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	fields := make(map[string]string, len(documented))
	seen := make(map[string]bool, len(documented))
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, errors.New("malformed JSON")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, errors.New("malformed JSON")
		}
		name, _ := key.(string) // an object's key always is one
		if !documented[name] {
			continue
		}
		if seen[name] {
			return nil, fmt.Errorf("field %s comes twice", name)
		}
		seen[name] = true
		s, err := scalar(value)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		if s = strings.TrimSpace(s); !absent(s) {
			fields[name] = s
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("malformed JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more after the JSON object")
	}
	return fields, nil
}
