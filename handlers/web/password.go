package web

// The password once more, and the code: money, and the rules about it, want more
// than an open session.

import (
	"errors"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// PasswordAgain checks the field "password" against who is signed in, and "code"
// where he has a second factor.
func (s *Desk) PasswordAgain(c echo.Context, f *Form) error {
	if ok, err := s.OwnPassword(c, f); err != nil || !ok {
		return err
	}
	return s.CodeAgain(c, f)
}

// OwnPassword is PasswordAgain without the code, and reports whether the password
// is right.
func (s *Desk) OwnPassword(c echo.Context, f *Form) (ok bool, err error) {
	password := c.FormValue("password")
	if password == "" {
		f.Wrong("password", views.ProblemSecretMissing, "")
		return false, nil
	}
	ctx, u := c.Request().Context(), User(c)
	err = s.Access.Confirm(ctx, u, password)
	if errors.Is(err, access.ErrWrong) {
		s.Log.WarnContext(ctx, "password refused", "id", RequestID(c), "user", u.ID, "address", c.RealIP())
	}
	return err == nil, f.Guessed(c, "password", views.ProblemPassword, err)
}

// CodeAgain asks who has a second factor for a code beside the password. It is good
// once, so it is not used up for a form that comes back for another reason.
func (s *Desk) CodeAgain(c echo.Context, f *Form) error {
	if !f.OK() || !User(c).HasTOTP {
		return nil
	}
	return s.CheckCode(c, f, User(c))
}

// CheckCode reads the field "code" and says what is wrong with it.
func (s *Desk) CheckCode(c echo.Context, f *Form, u store.User) error {
	code := Typed(c, "code")
	if code == "" {
		f.Wrong("code", views.ProblemCodeMissing, "")
		return nil
	}
	ctx := c.Request().Context()
	err := s.Access.Code(ctx, u, code, s.Asker(c))
	if errors.Is(err, access.ErrWrong) {
		s.Log.WarnContext(ctx, "code refused", "id", RequestID(c), "user", u.ID, "address", c.RealIP())
	}
	return f.Guessed(c, "code", views.ProblemCode, err)
}

// NewPassword says what is wrong with a password that somebody chose.
func (f *Form) NewPassword(field, password, name string) {
	switch access.WeaknessOf(password, name) {
	case access.PasswordMissing:
		f.Wrong(field, views.ProblemSecretMissing, "")
	case access.PasswordShort:
		f.Wrong(field, views.ProblemPasswordShort, "")
	case access.PasswordLong:
		f.Wrong(field, views.ProblemTextLong, "200")
	case access.PasswordCommon:
		f.Wrong(field, views.ProblemPasswordCommon, "")
	case access.PasswordIsName:
		f.Wrong(field, views.ProblemPasswordName, "")
	}
}
