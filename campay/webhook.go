package campay

// Notifications (webhooks): what CamPay sends to the merchant's callback
// address when a transaction is SUCCESSFUL or FAILED. Reading, parsing and
// verifying are three steps, so that a delivery can be kept as it came before
// it is understood.

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"comptoir/campay/money"
)

// Notification is what a delivery says. None of it is proved: a valid signature
// shows that CamPay sent something within the hour, not that it sent this.
type Notification struct {
	Status            Status
	Reference         string
	Amount            money.Told // unknown when AmountText is not an amount
	AmountText        string     // as it came
	Currency          string
	Operator          money.Operator
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
// (values may be strings, numbers or null) or form, in parts too. A POST without
// a content type, or with another one, is JSON if it can be. Fields that nobody
// documents are ignored; a documented field that comes twice is refused, because
// the one who checks and the one who acts might each read another of the two.
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
		Operator:          money.ParseOperator(fields["operator"]),
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
	if amount, err := money.ParseReckoned(n.AmountText); err == nil {
		n.Amount = money.Tell(amount)
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
// signature among them; an absent value has no entry. How a client labels or
// escapes it decides nothing that the signature does not decide better, so what
// can be read is read.
func (raw RawNotification) Fields() (map[string]string, error) {
	if len(raw.Body) > MaxNotification {
		return nil, ErrNotificationTooLarge
	}
	if raw.Method == http.MethodGet {
		return formFields(raw.Body)
	}
	body := bytes.TrimPrefix(raw.Body, []byte("\ufeff"))
	kind, params, err := mime.ParseMediaType(raw.ContentType)
	if err != nil {
		kind = "" // none, or a malformed one: as good as none
	}
	switch {
	case kind == "application/json", kind == "text/json", strings.HasSuffix(kind, "+json"):
		return jsonFields(body)
	case kind == "application/x-www-form-urlencoded":
		return formFields(body)
	case kind == "multipart/form-data":
		return multipartFields(body, params["boundary"])
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")):
		return jsonFields(body)
	}
	return formFields(body)
}

// formFields reads a query or a form. A “;” and a “%” that escapes nothing stand
// for themselves: a payer's name must not cost the delivery.
func formFields(b []byte) (map[string]string, error) {
	fields := newFields()
	for pair := range strings.SplitSeq(string(b), "&") {
		key, value, _ := strings.Cut(pair, "=")
		if err := fields.add(unescape(key), unescape(value)); err != nil {
			return nil, err
		}
	}
	return fields.said, nil
}

// unescape decodes text of a query, and leaves a “%” that escapes nothing.
func unescape(text string) string {
	text = strings.ReplaceAll(text, "+", " ")
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if len(after) >= 2 {
			if b, err := hex.DecodeString(after[:2]); err == nil {
				out.Write(b)
				text = after[2:]
				continue
			}
		}
		out.WriteByte('%')
		text = after
	}
}

// multipartFields reads a form in parts, of which files are none of CamPay's.
func multipartFields(b []byte, boundary string) (map[string]string, error) {
	fields := newFields()
	parts := multipart.NewReader(bytes.NewReader(b), boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a form that is cut wraps it
			return fields.said, nil
		}
		if err != nil {
			return nil, errors.New("malformed multipart form") // the reader's error may repeat the text
		}
		if part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, errors.New("malformed multipart form")
		}
		if err := fields.add(part.FormName(), string(value)); err != nil {
			return nil, err
		}
	}
}

// documentedFields collects CamPay's fields of one delivery, each at most once.
type documentedFields struct {
	said map[string]string
	seen map[string]bool
}

func newFields() documentedFields {
	return documentedFields{said: make(map[string]string, len(documented)), seen: make(map[string]bool, len(documented))}
}

func (f documentedFields) add(name, value string) error {
	if !documented[name] {
		return nil
	}
	if f.seen[name] {
		return fmt.Errorf("field %s comes twice", name)
	}
	f.seen[name] = true
	if value = strings.TrimSpace(value); !absent(value) {
		f.said[name] = value
	}
	return nil
}

// jsonFields reads one flat object.
func jsonFields(b []byte) (map[string]string, error) {
	fields := newFields()
	return fields.said, eachMember(b, func(name string, value json.RawMessage) error {
		if !documented[name] {
			return nil
		}
		said, err := money.Scalar(value)
		if err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		return fields.add(name, said)
	})
}
