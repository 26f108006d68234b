package payments

// Many links at once, all or none.

import (
	"context"
	"errors"
	"fmt"

	"comptoir/store"
)

// MaxBatch is how many links are made at once.
const MaxBatch = 300

// ErrBatchSize says that a batch is empty or has more links than MaxBatch.
var ErrBatchSize = errors.New("no such number of links")

// CreateLinks writes links down, all of them or none, and returns the name of
// their batch. operation is that of the form: sent twice, it is one batch.
// CamPay is asked for their pages by and by, as it answers.
func (s *Service) CreateLinks(ctx context.Context, operation string, orders []LinkOrder) (batch string, err error) {
	if !IsOperation(operation) {
		return "", ErrOperation
	}
	if len(orders) == 0 || len(orders) > MaxBatch {
		return "", ErrBatchSize
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		made, err := tx.Links(ctx, store.LinkFilter{Batch: operation, Put: store.LinksAll, Limit: MaxBatch + 1})
		if err != nil {
			return err
		}
		if len(made) > 0 {
			return sameBatch(made, orders)
		}
		for _, order := range orders {
			_, attempt, err := s.addLink(ctx, tx, order, operation)
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
	})
	if err != nil {
		return "", fmt.Errorf("make %d links: %w", len(orders), err)
	}
	s.poke()
	return operation, nil
}

// sameBatch reports ErrOperationUsed unless a batch, the newest link first, was
// made by these orders.
func sameBatch(made []store.LinkWithState, orders []LinkOrder) error {
	if len(made) != len(orders) {
		return ErrOperationUsed
	}
	for i, l := range made {
		if err := orders[len(orders)-1-i].sameAs(l.PaymentLink); err != nil {
			return err
		}
	}
	return nil
}
