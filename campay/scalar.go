package campay

// Values as CamPay writes them: the same field comes as a string, a number,
// null or the word "None", depending on the call and on the day.

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// scalar is the text of a JSON string, number or boolean; null is "". Numbers
// keep the digits they came with.
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.Equal(b, []byte("null")) {
		return "", nil
	}
	switch b[0] {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return "", err
		}
		return s, nil
	case '{', '[':
		return "", fmt.Errorf("a %c where a plain value belongs", b[0])
	}
	return string(b), nil
}

// absent reports whether CamPay means "no value" by s.
func absent(s string) bool { return s == "" || s == "None" || s == "null" }

// text is a field that may come as any plain value, or be absent.
type text string

// UnmarshalJSON reads any plain value; an absent one is "".
func (t *text) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	if absent(s) {
		s = ""
	}
	*t = text(s)
	return nil
}
