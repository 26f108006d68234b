package access

import "testing"

func TestTypedCode_IsReadAsKeyboardsAndMessengersWriteIt(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"123\u00a0456", " 123 456 ", "123-456", "123–456", "123\u2011456", "\u200e123456\ufeff"} {
		if got := TypedCode(typed); got != "123456" {
			t.Errorf("%+q is read as %q", typed, got)
		}
	}
	if got := TypedCode("abcde–f2345"); got != "ABCDEF2345" {
		t.Errorf("read as %q", got)
	}
}
