package money

// Values as CamPay writes them: the same field comes as a string or a number.

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Scalar is the text of a JSON string, number or boolean; null is "". Numbers
// keep the digits they came with.
func Scalar(b []byte) (string, error) {
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
