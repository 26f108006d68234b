package views

// How a field is drawn by what it is for, and which problems stand beside none.

import (
	"context"
	"slices"
	"strings"
	"time"
)

func (f field) id() string      { return fieldID(f.In, f.Name) }
func (f field) hintID() string  { return f.id() + "-hint" }
func (f field) errorID() string { return f.id() + "-error" }
func (f field) wrong() bool     { return f.Error.Problem != "" }

func fieldID(form, name string) string { return strings.TrimSuffix("f-"+form, "-") + "-" + name }

func (f field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f field) autocomplete() string {
	if f.Autocomplete == "" {
		return "off"
	}
	return f.Autocomplete
}

// dateType is the type of a day's field: what no browser's own calendar holds
// stays to be read and mended.
func dateType(value string) string {
	if _, err := time.Parse(time.DateOnly, value); value != "" && err != nil {
		return "text"
	}
	return "date"
}

type codeKey struct{}

// WithSecondFactor returns a context in which forms that ask for the password
// ask for a code too.
func WithSecondFactor(ctx context.Context) context.Context {
	return context.WithValue(ctx, codeKey{}, true)
}

func asksCode(ctx context.Context) bool { return ctx.Value(codeKey{}) != nil }

// besideField reports whether the only problem is one of a field that the form has.
func besideField(errors Errors, order []string) bool {
	if len(errors) != 1 {
		return false
	}
	for name := range errors {
		if slices.Contains(order, name) {
			return true
		}
	}
	return false
}

// named are the fields with a problem in the form's own order, then any that
// the order does not name.
func named(errors Errors, order []string) []string {
	var names, others []string
	for _, name := range order {
		if _, ok := errors[name]; ok {
			names = append(names, name)
		}
	}
	for name := range errors {
		if name != WholeForm && !slices.Contains(order, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	return append(names, others...)
}
