package store

// Transactions: attempts to move money, written, changed and found one by one.
// Amounts are hundredths of a franc (money.XAF's unit); times are UTC.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// Kind is what a transaction does with money.
type Kind string

// The kinds of transaction.
const (
	KindCollect  Kind = "collect"
	KindWithdraw Kind = "withdraw"
	KindAirtime  Kind = "airtime"
)

// Origin is how a transaction came to be.
type Origin string

// The origins of a transaction.
const (
	OriginLink     Origin = "link"     // an attempt to pay a payment link
	OriginPush     Origin = "push"     // a request pushed to a phone
	OriginRefund   Origin = "refund"   // money given back for a collection
	OriginExternal Origin = "external" // begun elsewhere, learnt from CamPay
)

// Status is where a transaction stands in the book.
type Status string

// The statuses of a transaction. Waiting is a link attempt that CamPay does
// not know yet: nobody has begun to pay, and it counts as nobody's money.
const (
	StatusUnsent     Status = "unsent"
	StatusWaiting    Status = "waiting"
	StatusPending    Status = "pending"
	StatusInDoubt    Status = "in_doubt"
	StatusSuccessful Status = "successful"
	StatusFailed     Status = "failed"
)

// Final reports whether only a new answer of /transaction/ may change s.
func (s Status) Final() bool { return s == StatusSuccessful || s == StatusFailed }

// Transaction is one attempt to move money.
type Transaction struct {
	ID                int64
	Kind              Kind
	Origin            Origin
	Status            Status
	LinkID            int64     // 0 when not of a link
	SiblingOf         int64     // the first transaction of the same external reference; 0 for a first one
	RefundOf          int64     // the collection that it gives back; 0 for no refund
	ExternalReference string    // our UUIDv4; empty for external ones
	OperationCode     string    // short code by which a history row is recognised
	Reference         string    // CamPay's UUID; empty until it answered
	Asked             money.XAF // hundredths; 0 for external ones
	Amount            money.XAF // hundredths, as CamPay proved; 0 until then
	AmountUnknown     bool      // it succeeded, and CamPay does not tell the amount
	Net               money.XAF // hundredths credited, as CamPay proved; 0 when unknown
	Fee               money.XAF // hundredths, as CamPay's history says; 0 until then
	Currency          string
	MayPayMore        bool
	Operator          money.Operator // MTN, ORANGE or empty
	Phone             money.Phone    // 237XXXXXXXXX or empty
	RecipientName     string         // whom a payout was said to go to; empty when nobody knew
	Description       string
	USSDCode          string
	PaymentURL        string // CamPay's hosted page of a link attempt
	Code              string // CamPay's own code
	OperatorReference string
	Reason            string // CamPay's own words for a failure
	ErrorCode         string // ER101… of a refused request
	Word              string // CamPay's for a status that is none of those it documents, as it came; empty else
	ReportedStatus    string // what an unproved webhook said; empty once proved
	Flags             Flags
	CreatedBy         int64 // user; 0 for external ones
	CreatedAt         time.Time
	SentAt            time.Time // zero until sent
	SettledAt         time.Time // zero until final
	UpdatedAt         time.Time
	PollAt            time.Time // when to ask CamPay next; zero for never
	PollCount         int
	NewsAt            time.Time // when it last changed or was reported: the patience of polling counts from here
}

// PaidInFull reports whether what was asked is proved paid, no less and no more
// than it may be: the only state that any screen may call paid (invariant 4).
func (t Transaction) PaidInFull() bool {
	return t.Status == StatusSuccessful && !t.AmountUnknown && t.Word == "" && !t.Flags.Has(FlagUnderpaid) && !t.Flags.Has(FlagOverpaid) &&
		!t.Flags.Has(FlagCurrency) && !t.Flags.Has(FlagMismatch) && !t.Flags.Has(FlagUnprovedKind) &&
		!t.Flags.Has(FlagDecided)
}

// IsSimulated reports whether CamPay's demo said of t that it succeeded and that
// nothing moved: its payer was a simulated one.
func (t Transaction) IsSimulated() bool {
	return t.Status == StatusSuccessful && t.Amount == 0 && !t.AmountUnknown && !t.Flags.Has(FlagDecided)
}

// transactionColumns is in the order of transactionTargets.
const transactionColumns = `transactions.id, transactions.kind, transactions.origin, transactions.status,
	transactions.link_id, transactions.sibling_of, transactions.external_reference, transactions.operation_code,
	transactions.reference, transactions.asked, transactions.amount, transactions.net, transactions.currency,
	transactions.may_pay_more, transactions.operator, transactions.phone, transactions.description,
	transactions.ussd_code, transactions.payment_url, transactions.code, transactions.operator_reference,
	transactions.reason, transactions.error_code, transactions.reported_status, transactions.flags,
	transactions.created_by, transactions.created_at, transactions.sent_at, transactions.settled_at,
	transactions.updated_at, transactions.poll_at, transactions.poll_count, transactions.news_at,
	transactions.refund_of, transactions.recipient_name, transactions.fee, transactions.amount_unknown, transactions.word`

// transactionTargets take NULL in every column, because a link may have no
// transaction.
func transactionTargets(t *Transaction) []any {
	return []any{maybe(&t.ID), maybe(&t.Kind), maybe(&t.Origin), maybe(&t.Status),
		maybe(&t.LinkID), maybe(&t.SiblingOf), maybe(&t.ExternalReference), maybe(&t.OperationCode),
		maybe(&t.Reference), maybe(&t.Asked), maybe(&t.Amount), maybe(&t.Net), maybe(&t.Currency),
		maybe(&t.MayPayMore), maybe(&t.Operator), maybe(&t.Phone), maybe(&t.Description),
		maybe(&t.USSDCode), maybe(&t.PaymentURL), maybe(&t.Code), maybe(&t.OperatorReference),
		maybe(&t.Reason), maybe(&t.ErrorCode), maybe(&t.ReportedStatus), flagsColumn{&t.Flags},
		maybe(&t.CreatedBy), timeColumn{&t.CreatedAt}, timeColumn{&t.SentAt}, timeColumn{&t.SettledAt},
		timeColumn{&t.UpdatedAt}, timeColumn{&t.PollAt}, maybe(&t.PollCount), timeColumn{&t.NewsAt},
		maybe(&t.RefundOf), maybe(&t.RecipientName), maybe(&t.Fee), maybe(&t.AmountUnknown), maybe(&t.Word)}
}

func scanTransaction(r row) (t Transaction, err error) {
	err = r.Scan(transactionTargets(&t)...)
	return t, err
}

// CreateTransaction writes a transaction down and returns it with its ID. It
// is ErrDuplicate when its CamPay reference is already in the book, or its
// external reference is and it is not the sibling of another (invariant 2).
func (tx *Tx) CreateTransaction(ctx context.Context, t Transaction) (Transaction, error) {
	created, err := one(ctx, tx.rows, scanTransaction, `
		INSERT INTO transactions (book, kind, origin, status, link_id, sibling_of, external_reference, operation_code,
			reference, asked, amount, net, currency, may_pay_more, operator, phone, description,
			ussd_code, payment_url, code, operator_reference, reason, error_code, reported_status, flags,
			created_by, created_at, sent_at, settled_at, updated_at, poll_at, poll_count, news_at,
			refund_of, recipient_name, fee, amount_unknown, word, search, sum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
			$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
		RETURNING `+transactionColumns,
		tx.book, t.Kind, t.Origin, t.Status, idOrNull(t.LinkID), idOrNull(t.SiblingOf), t.ExternalReference, t.OperationCode,
		t.Reference, t.Asked, t.Amount, t.Net, t.Currency, bit(t.MayPayMore), t.Operator, t.Phone, t.Description,
		t.USSDCode, t.PaymentURL, t.Code, t.OperatorReference, t.Reason, t.ErrorCode, t.ReportedStatus, t.Flags.String(),
		idOrNull(t.CreatedBy), millis(t.CreatedAt), millis(t.SentAt), millis(t.SettledAt), millis(t.UpdatedAt),
		millis(t.PollAt), t.PollCount, millis(t.NewsAt),
		idOrNull(t.RefundOf), t.RecipientName, t.Fee, bit(t.AmountUnknown), t.Word, t.searchText(), sumOf(tx.book, t))
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return Transaction{}, fmt.Errorf("create transaction: %w", err)
	}
	return created, nil
}

// UpdateTransaction keeps what became of a transaction. What it was written
// down as never changes: kind, origin, link, sibling, external reference,
// operation code, amount asked, whether the payer may pay more, what it
// refunds, the recipient's name, creator and time of creation are left as they
// are. ErrDuplicate when its CamPay
// reference is another transaction's.
func (tx *Tx) UpdateTransaction(ctx context.Context, t Transaction) error {
	sum, err := tx.nextSum(ctx, t)
	if err != nil {
		return fmt.Errorf("update transaction %d: %w", t.ID, err)
	}
	if err := tx.noteSearchChange(ctx, t); err != nil {
		return fmt.Errorf("update transaction %d: %w", t.ID, err)
	}
	err = tx.change(ctx, `
		UPDATE transactions SET status = $1, reference = $2, amount = $3, net = $4, currency = $5, operator = $6,
			phone = $7, description = $8, ussd_code = $9, payment_url = $10, code = $11, operator_reference = $12,
			reason = $13, error_code = $14, reported_status = $15, flags = $16, sent_at = $17, settled_at = $18,
			updated_at = $19, poll_at = $20, poll_count = $21, news_at = $22, fee = $23, amount_unknown = $24, word = $25,
			search = $26, sum = $27
		WHERE book = $28 AND id = $29`,
		t.Status, t.Reference, t.Amount, t.Net, t.Currency, t.Operator,
		t.Phone, t.Description, t.USSDCode, t.PaymentURL, t.Code, t.OperatorReference,
		t.Reason, t.ErrorCode, t.ReportedStatus, t.Flags.String(), millis(t.SentAt), millis(t.SettledAt),
		millis(t.UpdatedAt), millis(t.PollAt), t.PollCount, millis(t.NewsAt), t.Fee,
		bit(t.AmountUnknown), t.Word, t.searchText(), sum, tx.book, t.ID)
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return fmt.Errorf("update transaction %d: %w", t.ID, err)
	}
	return nil
}

// Transaction returns one transaction, or ErrNotFound.
func (r Reader) Transaction(ctx context.Context, id int64) (Transaction, error) {
	t, err := one(ctx, r.rows, scanTransaction,
		"SELECT "+transactionColumns+" FROM transactions WHERE book = $1 AND id = $2", r.book, id)
	if err != nil {
		return Transaction{}, fmt.Errorf("transaction %d: %w", id, err)
	}
	return t, nil
}

// TransactionByReference returns the transaction of CamPay's reference, or
// ErrNotFound.
func (r Reader) TransactionByReference(ctx context.Context, reference string) (Transaction, error) {
	t, err := one(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND reference = $2 AND reference <> ''`, r.book, reference)
	if err != nil {
		return Transaction{}, fmt.Errorf("transaction by reference: %w", err)
	}
	return t, nil
}

// TransactionByOperationCode returns the first transaction that an operation
// code was given to, or ErrNotFound.
func (r Reader) TransactionByOperationCode(ctx context.Context, code string) (Transaction, error) {
	t, err := one(ctx, r.rows, scanTransaction,
		"SELECT "+transactionColumns+" FROM transactions WHERE book = $1 AND operation_code = $2 AND operation_code <> '' AND sibling_of IS NULL", r.book, code)
	if err != nil {
		return Transaction{}, fmt.Errorf("transaction of operation %s: %w", code, err)
	}
	return t, nil
}

// TransactionByExternalReference returns the first transaction of an external
// reference, the one that Siblings belong to, or ErrNotFound.
func (r Reader) TransactionByExternalReference(ctx context.Context, reference string) (Transaction, error) {
	t, err := one(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND external_reference = $2 AND external_reference <> '' AND sibling_of IS NULL`, r.book, reference)
	if err != nil {
		return Transaction{}, fmt.Errorf("transaction by external reference: %w", err)
	}
	return t, nil
}
