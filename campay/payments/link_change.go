package payments

// What the shop does with a link that is there: change it, pause it, put it
// away, give a counter another code.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// LinkChange is what a link is to say from now on. A link for one payment keeps
// its amount: CamPay's page of it does, and may be open on somebody's phone.
type LinkChange struct {
	LinkID       int64
	Amount       money.XAF
	MayPayMore   bool
	Description  string
	MostPayments int64
	MostMoney    money.XAF
	ExpiresAt    time.Time
	By           int64
}

// linkDetail is a link as the audit log keeps it, before and after a change.
type linkDetail struct {
	Amount       string `json:"amount"` // francs
	MayPayMore   bool   `json:"may_pay_more"`
	Description  string `json:"description"`
	MostPayments int64  `json:"most_payments"`
	MostMoney    string `json:"most_money"` // francs
	ExpiresAt    string `json:"expires_at,omitempty"`
}

func detailOf(l store.PaymentLink) linkDetail {
	d := linkDetail{
		Amount: l.Amount.String(), MayPayMore: l.MayPayMore, Description: l.Description,
		MostPayments: l.MostPayments, MostMoney: l.MostMoney.String(),
	}
	if !l.ExpiresAt.IsZero() {
		d.ExpiresAt = l.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return d
}

// ChangeLink changes a link; payments under way keep what they were asked for.
func (s *Collections) ChangeLink(ctx context.Context, wanted LinkChange) error {
	return s.editLink(ctx, wanted.By, act{"link.changed", "link", wanted.LinkID}, func(l *store.PaymentLink) {
		if l.Kind != store.LinkOnce {
			l.Amount, l.MayPayMore = wanted.Amount, wanted.MayPayMore
			l.MostPayments, l.MostMoney = wanted.MostPayments, wanted.MostMoney
		}
		l.Description, l.ExpiresAt = wanted.Description, wanted.ExpiresAt
	})
}

// PauseLink has a link take no payment until ResumeLink.
func (s *Collections) PauseLink(ctx context.Context, id, by int64) error {
	return s.editLink(ctx, by, act{"link.paused", "link", id}, func(l *store.PaymentLink) { l.PausedAt = s.now() })
}

// ErrSaleEnded says that a link is a sale at the till that was ended: it is asked for
// anew, and not changed.
var ErrSaleEnded = errors.New("the sale was ended")

// ResumeLink has a paused link take payments again.
func (s *Collections) ResumeLink(ctx context.Context, id, by int64) error {
	return s.editLink(ctx, by, act{"link.resumed", "link", id}, func(l *store.PaymentLink) { l.PausedAt = time.Time{} })
}

// ArchiveLink puts a link away: it takes no payment and leaves the list.
func (s *Collections) ArchiveLink(ctx context.Context, id, by int64) error {
	return s.editLink(ctx, by, act{"link.archived", "link", id}, func(l *store.PaymentLink) { l.ArchivedAt = s.now() })
}

// RestoreLink takes a link out again.
func (s *Collections) RestoreLink(ctx context.Context, id, by int64) error {
	return s.editLink(ctx, by, act{"link.restored", "link", id}, func(l *store.PaymentLink) { l.ArchivedAt = time.Time{} })
}

// editLink changes a link and writes in the audit log who did it, both or none.
// An edit that changes nothing leaves no trace.
func (s *Collections) editLink(ctx context.Context, by int64, done act, edit func(*store.PaymentLink)) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		link, err := tx.Link(ctx, done.id)
		if err != nil {
			return err
		}
		if err := stillASale(ctx, tx, link.PaymentLink); err != nil {
			return err
		}
		after := link.PaymentLink
		edit(&after)
		if isSet(after.PausedAt) == isSet(link.PausedAt) {
			after.PausedAt = link.PausedAt
		}
		if isSet(after.ArchivedAt) == isSet(link.ArchivedAt) {
			after.ArchivedAt = link.ArchivedAt
		}
		if after == link.PaymentLink {
			return nil
		}
		if err := tx.UpdateLink(ctx, after); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, done, map[string]linkDetail{
			"before": detailOf(link.PaymentLink), "after": detailOf(after),
		})
	})
}

// stillASale wants a link that is a sale at the till to be open.
func stillASale(ctx context.Context, tx *store.Tx, l store.PaymentLink) error {
	if !l.AtTill {
		return nil
	}
	way, err := tx.SaleWay(ctx, store.SaleKey{LinkID: l.ID})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil && isSet(way.EndedAt) {
		err = ErrSaleEnded
	}
	return err
}

func isSet(t time.Time) bool { return !t.IsZero() }

// ErrNoCounter says that a link is no counter's.
var ErrNoCounter = errors.New("the link is no counter's")

// ReplaceCounter gives a counter another code in the place of one that may have
// been copied or swapped: the old one takes no payment from then on. Asked twice
// under one operation, it is one replacement.
func (s *Collections) ReplaceCounter(ctx context.Context, id int64, operation string, by int64) (store.PaymentLink, error) {
	var next store.PaymentLink
	if !IsOperation(operation) {
		return next, ErrOperation
	}
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := tx.LinkByOperation(ctx, operation)
		if err == nil {
			next = before.PaymentLink
			return nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		old, err := tx.Link(ctx, id)
		if err != nil {
			return err
		}
		if old.Kind != store.LinkCounter || isSet(old.ArchivedAt) {
			return ErrNoCounter
		}
		gone := old.PaymentLink
		gone.ArchivedAt = s.now()
		if err := tx.UpdateLink(ctx, gone); err != nil {
			return err
		}
		next, _, err = s.addLink(ctx, tx, orderOf(old.PaymentLink, operation, by), "")
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"link.replaced", "link", id}, map[string]int64{"by": next.ID})
	})
	if err != nil {
		return store.PaymentLink{}, fmt.Errorf("replace counter %d: %w", id, err)
	}
	return next, nil
}

// orderOf is the order that makes a link like this one.
func orderOf(l store.PaymentLink, operation string, by int64) LinkOrder {
	return LinkOrder{
		Operation: operation, Kind: l.Kind, Amount: l.Amount, Description: l.Description,
		PaymentOptions: l.PaymentOptions, MayPayMore: l.MayPayMore,
		MostPayments: l.MostPayments, MostMoney: l.MostMoney, ExpiresAt: l.ExpiresAt, TillID: l.TillID, By: by,
	}
}
