package store

// The people who sign in. They are the same in every book.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Role is what a person may do.
type Role string

// The roles.
const (
	RoleOwner      Role = "owner"
	RoleCashier    Role = "cashier"
	RoleAccountant Role = "accountant"
)

// IsRole reports whether it is one of the roles.
func (r Role) IsRole() bool { return r == RoleOwner || r == RoleCashier || r == RoleAccountant }

// Owns reports whether the shop is theirs: money out, keys, team and rules.
func (r Role) Owns() bool { return r == RoleOwner }

// TakesPayments reports whether they ask customers for money.
func (r Role) TakesPayments() bool { return r == RoleOwner || r == RoleCashier }

// ReadsAll reports whether they see every day, the balance and money out; others see
// what came in today.
func (r Role) ReadsAll() bool { return r == RoleOwner || r == RoleAccountant }

// WorksATill reports whether they sign in by a PIN at a shared till.
func (r Role) WorksATill() bool { return r == RoleCashier }

// MaxPersonName is how many characters a name has at most.
const MaxPersonName = 60

// User is a person who signs in.
type User struct {
	ID           int64
	Name         string
	PasswordHash string // argon2id, in its standard encoding
	Role         Role
	Locale       string // fr or en
	CreatedAt    time.Time
	DisabledAt   time.Time // zero while he may sign in
	HasTOTP      bool      // a second factor is asked for
	ApprovesFrom time.Time // when he may approve another owner's payouts; zero for always
}

// Active reports whether the person may sign in.
func (u User) Active() bool { return u.ID != 0 && u.DisabledAt.IsZero() }

const userColumns = "id, name, password_hash, role, locale, created_at, disabled_at, totp IS NOT NULL, approves_from"

func scanUser(r row) (u User, err error) {
	err = r.Scan(&u.ID, &u.Name, &u.PasswordHash, &u.Role, &u.Locale, timeColumn{&u.CreatedAt}, timeColumn{&u.DisabledAt}, &u.HasTOTP, timeColumn{&u.ApprovesFrom})
	return u, err
}

// nameKey is a name as it is compared: "Caisse", "CAISSE" and "caisse " are one person.
func nameKey(name string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(name)))
}

// CreateUser adds a person and returns it with its ID; ErrTaken when the name
// is in use.
func (tx *Tx) CreateUser(ctx context.Context, u User) (User, error) {
	created, err := one(ctx, tx.rows, scanUser, `
		INSERT INTO users (name, name_key, password_hash, role, locale, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING `+userColumns,
		u.Name, nameKey(u.Name), u.PasswordHash, u.Role, u.Locale, millis(u.CreatedAt))
	if isTaken(err) {
		err = ErrTaken
	}
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return created, nil
}

// User returns one person, or ErrNotFound.
func (r Reader) User(ctx context.Context, id int64) (User, error) {
	u, err := one(ctx, r.rows, scanUser, "SELECT "+userColumns+" FROM users WHERE id = $1", id)
	if err != nil {
		return User{}, fmt.Errorf("user %d: %w", id, err)
	}
	return u, nil
}

// UserByName returns the person of a name, in whatever case it is typed, or
// ErrNotFound.
func (r Reader) UserByName(ctx context.Context, name string) (User, error) {
	u, err := one(ctx, r.rows, scanUser, "SELECT "+userColumns+" FROM users WHERE name_key = $1", nameKey(name))
	if err != nil {
		return User{}, fmt.Errorf("user by name: %w", err)
	}
	return u, nil
}

// Users returns the people who sign in, by their names, the first 500.
func (r Reader) Users(ctx context.Context) ([]User, error) {
	found, err := many(ctx, r.rows, scanUser, "SELECT "+userColumns+" FROM users ORDER BY name_key LIMIT $1", longestPage)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return found, nil
}

// CountUsers returns how many people there are; none means a first run.
func (r Reader) CountUsers(ctx context.Context) (int, error) {
	n, err := one(ctx, r.rows, scanCount, "SELECT COUNT(*) FROM users")
	if err != nil {
		return 0, fmt.Errorf("count users: %w", err)
	}
	return n, nil
}

// CountOwners returns how many owners may sign in.
func (r Reader) CountOwners(ctx context.Context) (int, error) {
	n, err := one(ctx, r.rows, scanCount, "SELECT COUNT(*) FROM users WHERE role = 'owner' AND disabled_at = 0")
	if err != nil {
		return 0, fmt.Errorf("count owners: %w", err)
	}
	return n, nil
}

func scanCount(r row) (n int, err error) {
	err = r.Scan(&n)
	return n, err
}

// SetPassword keeps the hash of the new password that a person has chosen, and
// ends what was set going with the old one; ErrNotFound when nobody has the ID.
func (tx *Tx) SetPassword(ctx context.Context, id int64, hash string) error {
	err := tx.SetPasswordHash(ctx, id, hash)
	if err == nil {
		err = tx.endPower(ctx, id)
	}
	return err
}

// GivePassword is SetPassword for one that comes from somebody else: PIN and
// passkeys end too.
func (tx *Tx) GivePassword(ctx context.Context, id int64, hash string) error {
	err := tx.SetPasswordHash(ctx, id, hash)
	if err == nil {
		err = tx.endKeys(ctx, id)
	}
	return err
}

// SetPasswordHash keeps the same password's hash anew, at another cost.
func (tx *Tx) SetPasswordHash(ctx context.Context, id int64, hash string) error {
	if err := tx.change(ctx, "UPDATE users SET password_hash = $1 WHERE id = $2", hash, id); err != nil {
		return fmt.Errorf("set password of user %d: %w", id, err)
	}
	return nil
}

// SetLocale keeps the language a person reads; ErrNotFound when nobody has the
// ID.
func (tx *Tx) SetLocale(ctx context.Context, id int64, locale string) error {
	if err := tx.change(ctx, "UPDATE users SET locale = $1 WHERE id = $2", locale, id); err != nil {
		return fmt.Errorf("set locale of user %d: %w", id, err)
	}
	return nil
}

// SetApprovesFrom keeps when a person may approve another owner's payouts;
// ErrNotFound when nobody has the ID.
func (tx *Tx) SetApprovesFrom(ctx context.Context, id int64, from time.Time) error {
	if err := tx.change(ctx, "UPDATE users SET approves_from = $1 WHERE id = $2", millis(from), id); err != nil {
		return fmt.Errorf("set from when user %d approves: %w", id, err)
	}
	return nil
}

// SetRole changes what a person may do and ends what he has set going; ErrLastOwner
// when nobody else would own the shop, ErrNotFound when nobody has the ID.
func (tx *Tx) SetRole(ctx context.Context, id int64, role Role) error {
	err := tx.change(ctx, "UPDATE users SET role = $1 WHERE id = $2", role, id)
	if err == nil {
		err = tx.afterChange(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("set role of user %d: %w", id, err)
	}
	return nil
}

// SetDisabled keeps since when a person may not sign in, the zero time if he
// may, and ends what he has set going; errors as SetRole's.
func (tx *Tx) SetDisabled(ctx context.Context, id int64, since time.Time) error {
	err := tx.change(ctx, "UPDATE users SET disabled_at = $1 WHERE id = $2", millis(since), id)
	if err == nil {
		err = tx.afterChange(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("disable user %d: %w", id, err)
	}
	return nil
}

// afterChange ends the power of who has other rights now, and refuses what leaves
// the shop without an owner.
func (tx *Tx) afterChange(ctx context.Context, id int64) error {
	owners, err := tx.CountOwners(ctx)
	if err != nil {
		return err
	}
	if owners == 0 {
		return ErrLastOwner
	}
	return tx.endRole(ctx, id)
}

// PasswordIterations returns how many passes the hash of a password makes, or
// ErrNotFound before that was measured.
func (r Reader) PasswordIterations(ctx context.Context) (int, error) {
	n, err := one(ctx, r.rows, scanCount, "SELECT iterations FROM password_cost WHERE id = 1")
	if err != nil {
		return 0, fmt.Errorf("password iterations: %w", err)
	}
	return n, nil
}

// SetPasswordIterations keeps how many passes were measured, once: what is kept
// already stays.
func (tx *Tx) SetPasswordIterations(ctx context.Context, n int) error {
	if _, err := tx.savepoint.exec(ctx, "INSERT INTO password_cost (id, iterations) VALUES (1, $1) ON CONFLICT (id) DO NOTHING", n); err != nil {
		return fmt.Errorf("set password iterations: %w", err)
	}
	return nil
}
