package handlers

// The password once more, and the code: money, and the rules about it, want more
// than an open session.

import (
	"errors"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// passwordAgain checks the field "password" against who is signed in, and "code"
// where he has a second factor.
func (s *server) passwordAgain(c echo.Context, f *form) error {
	if ok, err := s.ownPassword(c, f); err != nil || !ok || !user(c).HasTOTP {
		return err
	}
	return s.codeAgain(c, f)
}

// ownPassword is passwordAgain without the code, and reports whether the password
// is right.
func (s *server) ownPassword(c echo.Context, f *form) (ok bool, err error) {
	password := c.FormValue("password")
	if password == "" {
		f.wrong("password", views.ProblemSecretMissing, "")
		return false, nil
	}
	ctx, u := c.Request().Context(), user(c)
	err = s.access.Confirm(ctx, u, password)
	if errors.Is(err, access.ErrWrong) {
		s.Log.WarnContext(ctx, "password refused", "id", requestID(c), "user", u.ID, "address", c.RealIP())
	}
	return err == nil, f.guessed(c, "password", views.ProblemPassword, err)
}

// codeAgain asks for a code beside the password. It is good once, so it is not
// used up for a form that comes back for another reason.
func (s *server) codeAgain(c echo.Context, f *form) error {
	if !f.ok() {
		return nil
	}
	return s.checkCode(c, f, user(c))
}

// checkCode reads the field "code" and says what is wrong with it.
func (s *server) checkCode(c echo.Context, f *form, u store.User) error {
	code := typed(c, "code")
	if code == "" {
		f.wrong("code", views.ProblemCodeMissing, "")
		return nil
	}
	ctx := c.Request().Context()
	err := s.access.Code(ctx, u, code, s.asker(c))
	if errors.Is(err, access.ErrWrong) {
		s.Log.WarnContext(ctx, "code refused", "id", requestID(c), "user", u.ID, "address", c.RealIP())
	}
	return f.guessed(c, "code", views.ProblemCode, err)
}

// newPassword says what is wrong with a password that somebody chose.
func (f *form) newPassword(field, password, name string) {
	switch access.WeaknessOf(password, name) {
	case access.PasswordMissing:
		f.wrong(field, views.ProblemSecretMissing, "")
	case access.PasswordShort:
		f.wrong(field, views.ProblemPasswordShort, "")
	case access.PasswordLong:
		f.wrong(field, views.ProblemTextLong, "200")
	case access.PasswordCommon:
		f.wrong(field, views.ProblemPasswordCommon, "")
	case access.PasswordIsName:
		f.wrong(field, views.ProblemPasswordName, "")
	}
}
