package payments

// Many links at once, all or none.

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comptoir/store"
)

// MaxBatch is how many links are made at once.
const MaxBatch = 300

// ErrBatchSize says that a batch is empty or has more links than MaxBatch.
var ErrBatchSize = errors.New("no such number of links")

// sameListWindow is for how long a list is known again.
const sameListWindow = 20 * 24 * time.Hour

// LinkBatch is a list of links to make together.
type LinkBatch struct {
	Operation string // of the form: the same one twice is one batch
	Orders    []LinkOrder
	Again     string // the batch with the same rows that whoever asks knows of; "" for none
	By        int64  // the user
}

// SameListError says that a list with the same rows was made lately, and that
// nothing was made of this one.
type SameListError struct{ Earlier store.LinkBatch } // the newest

func (e *SameListError) Error() string { return "the same list was made as " + e.Earlier.Batch }

// CreateLinks writes links down, all of them or none, and returns the name of
// their batch. *SameListError asks about a list that was made lately, unless it is
// the one that Again names. CamPay is asked for their pages by and by, as it answers.
func (s *Collections) CreateLinks(ctx context.Context, list LinkBatch) (batch string, err error) {
	if !IsOperation(list.Operation) {
		return "", ErrOperation
	}
	if len(list.Orders) == 0 || len(list.Orders) > MaxBatch {
		return "", ErrBatchSize
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		made, err := tx.Links(ctx, store.LinkFilter{Batch: list.Operation, Put: store.LinksAll, Limit: MaxBatch + 1})
		if err != nil {
			return err
		}
		if len(made) > 0 {
			return sameBatch(made, list)
		}
		if earlier, err := s.SameList(ctx, tx.Reader, list.Orders); err != nil {
			return err
		} else if earlier.Batch != "" && earlier.Batch != list.Again {
			return &SameListError{earlier}
		}
		return s.addLinks(ctx, tx, list)
	})
	if err != nil {
		return "", fmt.Errorf("make %d links: %w", len(list.Orders), err)
	}
	s.poke()
	return list.Operation, nil
}

func (s *Collections) addLinks(ctx context.Context, tx *store.Tx, list LinkBatch) error {
	if err := tx.AddLinkBatch(ctx, store.LinkBatch{
		Batch: list.Operation, Content: contentOf(list.Orders), Links: int64(len(list.Orders)), CreatedBy: list.By, CreatedAt: s.now(),
	}); err != nil {
		return err
	}
	for _, order := range list.Orders {
		order.By = list.By
		_, attempt, err := s.addLink(ctx, tx, order, list.Operation)
		if err != nil {
			return err
		}
		if attempt.ID == 0 {
			continue // it has no page of CamPay's
		}
		attempt.PollAt = s.now() // nobody waits for this one: the work asks for its page
		if err := tx.UpdateTransaction(ctx, attempt); err != nil {
			return err
		}
	}
	return nil
}

// SameList returns the newest list of late with the same rows, zero for none.
func (s *Collections) SameList(ctx context.Context, r store.Reader, orders []LinkOrder) (store.LinkBatch, error) {
	earlier, err := r.SameLinkBatch(ctx, contentOf(orders), s.now().Add(-sameListWindow))
	if errors.Is(err, store.ErrNotFound) {
		return store.LinkBatch{}, nil
	}
	return earlier, err
}

// contentOf is a digest of whom a list asks for what, in whichever order.
func contentOf(orders []LinkOrder) string {
	rows := make([]string, 0, len(orders))
	for _, order := range orders {
		rows = append(rows, fmt.Sprintf("%q %q %s %q", order.FirstName, order.Phone, order.Amount, order.Description))
	}
	slices.Sort(rows)
	digest := sha256.Sum256([]byte(strings.Join(rows, "\n")))
	return base64.RawURLEncoding.EncodeToString(digest[:])
}

// sameBatch reports ErrOperationUsed unless a batch, the newest link first, was
// made by this list.
func sameBatch(made []store.LinkWithState, list LinkBatch) error {
	if len(made) != len(list.Orders) {
		return ErrOperationUsed
	}
	for i, l := range made {
		order := list.Orders[len(list.Orders)-1-i]
		order.By = list.By
		if err := order.sameAs(l.PaymentLink); err != nil {
			return err
		}
	}
	return nil
}
