package payments

// Saved recipients: whom the shop pays, by name. Each change is in the audit
// log, because a number that changes hands is how money is stolen.

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// ErrRecipientName says that a recipient has no name, or one too long to show.
var ErrRecipientName = refusal.New("name", "recipient_name")

const longestName = 80

// recipientDetail is a recipient as the audit log keeps it.
type recipientDetail struct {
	Name  string      `json:"name"`
	Phone money.Phone `json:"phone"`
}

// SaveRecipient saves somebody whom money is sent to; store.ErrDuplicate when
// the number is saved already, and the errors of ParsePhone.
func (s *Payouts) SaveRecipient(ctx context.Context, name string, phone money.Phone, by int64) (store.Recipient, error) {
	name = strings.TrimSpace(strings.Map(visible, name))
	if name == "" || utf8.RuneCountInString(name) > longestName {
		return store.Recipient{}, ErrRecipientName
	}
	phone, err := ParsePhone(string(phone))
	if err != nil {
		return store.Recipient{}, err
	}
	var saved store.Recipient
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		saved, err = tx.AddRecipient(ctx, store.Recipient{
			Name: name, Phone: phone, Operator: phone.Operator(), CreatedBy: by, CreatedAt: s.now(),
		})
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"recipient.saved", "recipient", saved.ID}, recipientDetail{name, phone})
	})
	if err != nil {
		return store.Recipient{}, fmt.Errorf("save recipient: %w", err)
	}
	return saved, nil
}

// visible drops what a name could be written with to look like another one: signs
// that turn the direction of writing, and control signs.
func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

// RemoveRecipient takes a recipient off the list; store.ErrNotFound when it is
// not on it.
func (s *Payouts) RemoveRecipient(ctx context.Context, id, by int64) error {
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		gone, err := tx.Recipient(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.RemoveRecipient(ctx, id, s.now()); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"recipient.removed", "recipient", id}, recipientDetail{gone.Name, gone.Phone})
	})
	if err != nil {
		return fmt.Errorf("remove recipient %d: %w", id, err)
	}
	return nil
}
