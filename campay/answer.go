package campay

// What an answer means: a usable one, a refusal with CamPay's words, or
// something that leaves the effect open.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

const (
	maxRefusal  = 64 << 10 // bytes in which CamPay's words are looked for
	maxErrorRaw = 4 << 10  // bytes of an answer kept in an Error
	maxMessage  = 500      // runes
)

// judge turns an answer into an error, or reads it into out. broken is why its
// body could not be read to the end.
func judge(resp *http.Response, raw []byte, broken error, out reading) *Error {
	e := &Error{HTTPStatus: resp.StatusCode, Err: broken}
	success := resp.StatusCode/100 == 2
	if success && broken == nil {
		err := out(raw)
		if err == nil {
			return nil
		}
		e.Err = fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	raw = raw[:min(len(raw), maxRefusal)]
	e.Raw, e.Effect = raw, effectOf(resp.StatusCode)
	e.Code, e.Message = explain(raw)
	switch {
	case success:
	case resp.StatusCode/100 == 3:
		e.Err = ErrRedirect
	case e.Message == "":
		e.Message = fieldErrors(raw)
	}
	if e.Err == nil && e.Code == "" && e.Message == "" {
		e.Err = fmt.Errorf("%w: %s", ErrAnswer, describe(resp, raw))
	}
	return e
}

// exactly reads the object raw into the struct that out points to: each field
// from the member whose name is its tag to the letter ("Status" is not
// "status"), and nothing where a name comes twice. The one who checks and the
// one who acts might each read another of the two.
func exactly(raw []byte, out any) error {
	all, err := members(raw)
	if err != nil {
		return err
	}
	to := reflect.ValueOf(out).Elem()
	for i := range to.NumField() {
		name := to.Type().Field(i).Tag.Get("json")
		value, ok := all[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(value, to.Field(i).Addr().Interface()); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return nil
}

// members are the members of one JSON object as they came; it is an error that a
// name comes twice, in whatever way it is written.
func members(raw []byte) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	return all, eachMember(raw, func(name string, value json.RawMessage) error {
		if _, twice := all[name]; twice {
			return fmt.Errorf("field %.40q comes twice", name)
		}
		all[name] = value
		return nil
	})
}

// eachMember goes through one JSON object member by member, because a decoder into
// a map would silently keep the last of two equal names. Its errors repeat nothing
// of the text, which may hold a signature.
func eachMember(raw []byte, member func(name string, value json.RawMessage) error) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return errors.New("malformed JSON")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return errors.New("malformed JSON")
		}
		name, _ := key.(string) // an object's key always is one
		if err := member(name, value); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return errors.New("malformed JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more after the JSON object")
	}
	return nil
}

// effectOf is what the status of a failed call says about its effect: a success
// that cannot be read may well be one. 408 and 499 come from a server or proxy
// that stopped waiting, as 5xx may: CamPay may have acted all the same.
func effectOf(status int) Effect {
	const clientClosedRequest = 499 // nginx
	if status >= 500 || status < 300 || status == http.StatusRequestTimeout || status == clientClosedRequest {
		return Lost
	}
	return Refused
}

// describe says what came instead of CamPay's JSON, without its text: a proxy's
// page is nothing to show to anyone.
func describe(resp *http.Response, raw []byte) string {
	if len(bytes.TrimSpace(raw)) == 0 {
		return "an empty body"
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return fmt.Sprintf("%d bytes of %q without a message", len(raw), clean(kind))
}

// explain finds the code and the words in the shapes in which CamPay refuses:
// its own {"message","error_code"}, and Django REST framework's {"detail"} and
// {"non_field_errors":[…]}. Both are "" for what is not JSON.
func explain(raw []byte) (code, message string) {
	all, err := members(raw)
	if err != nil {
		return "", ""
	}
	fields := make(map[string]any, len(all))
	for key, value := range all {
		var v any
		if json.Unmarshal(value, &v) == nil {
			fields[key] = v
		}
	}
	for _, key := range []string{"message", "detail", "non_field_errors", "error", "reason"} {
		if message = words(fields[key]); message != "" {
			break
		}
	}
	return words(fields["error_code"]), message
}

// fieldErrors finds the words in Django REST framework's {"field":["…"]}, and
// in a plain text or list.
func fieldErrors(raw []byte) string {
	var all any
	if json.Unmarshal(raw, &all) != nil {
		return ""
	}
	if fields, ok := all.(map[string]any); ok {
		delete(fields, "error_code")
	}
	return words(all)
}

// words is the text in a JSON value: lists joined, a field's errors after its
// name.
func words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, item := range v {
			parts = append(parts, words(item))
		}
		return joined(parts)
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if s := words(v[key]); s != "" {
				parts = append(parts, key+": "+s)
			}
		}
		return joined(parts)
	}
	return fmt.Sprint(v)
}

func joined(parts []string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// clean bounds a stranger's text and takes its control characters away.
func clean(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s))
	if runes := []rune(s); len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return s
}

// scrub takes our secrets out of what an answer repeats, and then bounds it: a
// server in debug mode shows the headers and the body that it was sent. Of the
// token call no answer is kept, because a good one is a secret itself.
func (a *auth) scrub(e *Error, to endpoint, token string) {
	if to.op == opToken {
		e.Raw = nil
		if e.HTTPStatus/100 == 2 {
			e.Code, e.Message = "", ""
		}
	}
	var pairs []string
	for _, secret := range []string{token, a.permanent, a.password} {
		if secret == "" {
			continue
		}
		// A string can always be marshalled.
		strict, _ := json.Marshal(secret)
		plain, _ := marshal(secret)
		for _, written := range []string{secret, html.EscapeString(secret), inner(strict), inner(plain)} {
			pairs = append(pairs, written, "[hidden]")
		}
	}
	hide := strings.NewReplacer(pairs...).Replace
	e.Code, e.Message = clean(hide(e.Code)), clean(hide(e.Message))
	if raw := hide(string(e.Raw)); raw != "" {
		e.Raw = []byte(raw[:min(len(raw), maxErrorRaw)])
	}
}

// inner is a JSON string without its quotes.
func inner(quoted []byte) string { return string(quoted[1 : len(quoted)-1]) }
