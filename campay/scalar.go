package campay

import "comptoir/campay/money"

// Values as CamPay writes them: the same field comes as a string, a number,
// null or the word "None", depending on the call and on the day.

// absent reports whether CamPay means "no value" by s.
func absent(s string) bool { return s == "" || s == "None" || s == "null" }

// text is a field that may come as any plain value, or be absent.
type text string

// UnmarshalJSON reads any plain value; an absent one is "".
func (t *text) UnmarshalJSON(b []byte) error {
	s, err := money.Scalar(b)
	if err != nil {
		return err
	}
	if absent(s) {
		s = ""
	}
	*t = text(s)
	return nil
}
