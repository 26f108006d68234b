package store

// The chain of the audit log: each entry has a keyed hash (HMAC-SHA256) over
// itself and the hash of the one before it, and a sealed head says where the
// chain ends. Whoever can write to the file and has no key leaves a trace. A
// whole older copy put back is what this cannot find.

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"time"
)

// auditPurpose is what the chain's key is derived for.
const auditPurpose = "audit log"

// auditHead is where the chain ends.
type auditHead struct {
	lastID  int64
	entries int64
	mac     []byte // of the last entry; before the first chained one, over all earlier entries
	seal    []byte
}

func scanAuditHead(r row) (h auditHead, err error) {
	err = r.Scan(&h.lastID, &h.entries, &h.mac, &h.seal)
	return h, err
}

func (r Reader) auditHead(ctx context.Context) (auditHead, error) {
	return one(ctx, r.rows, scanAuditHead, "SELECT last_id, entries, mac, seal FROM audit_head WHERE id = 1")
}

func (k Keyring) sealHead(h auditHead) []byte {
	mac := k.MAC(auditPurpose)
	addFields(mac, []byte("head"), number(h.lastID), number(h.entries), h.mac)
	return mac.Sum(nil)
}

// chained is an entry with what the chain is made of.
type chained struct {
	AuditEntry
	search string
	mac    []byte
}

// macOf is the hash of an entry that follows one with the hash before.
func (k Keyring) macOf(before []byte, c chained) []byte {
	mac := k.MAC(auditPurpose)
	addFields(mac, []byte("entry"), before, number(c.ID), []byte(c.Book), number(millis(c.At)), number(c.UserID),
		[]byte(c.Act), []byte(c.Subject), number(c.SubjectID), c.Detail, []byte(c.Address), []byte(c.search))
	return mac.Sum(nil)
}

// addFields hashes fields with their lengths: nothing can move from one to the
// next.
func addFields(h hash.Hash, fields ...[]byte) {
	for _, field := range fields {
		h.Write(number(int64(len(field))))
		h.Write(field)
	}
}

func number(n int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n)) //nolint:gosec // its bits are what is hashed
}

// chain appends an entry to the log and moves the head.
func (tx *Tx) chain(ctx context.Context, e AuditEntry) error {
	head, err := tx.auditHead(ctx)
	if errors.Is(err, ErrNotFound) {
		head, err = tx.firstHead(ctx)
	}
	if err != nil {
		return err
	}
	c := chained{AuditEntry: e}
	c.ID = head.lastID + 1
	if c.search, err = tx.auditSearch(ctx, e); err != nil {
		return err
	}
	c.mac = tx.keys.macOf(head.mac, c)
	if _, err := tx.savepoint.exec(ctx, `
		INSERT INTO audit_log (id, book, at, user_id, act, subject, subject_id, detail, address, search, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		c.ID, c.Book, millis(c.At), idOrNull(c.UserID), c.Act, c.Subject, c.SubjectID, []byte(c.Detail), c.Address, c.search, c.mac,
	); err != nil {
		return err
	}
	next := auditHead{lastID: c.ID, entries: head.entries + 1, mac: c.mac}
	_, err = tx.savepoint.exec(ctx, `
		INSERT INTO audit_head (id, last_id, entries, mac, seal) VALUES (1, $1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET last_id = $1, entries = $2, mac = $3, seal = $4`,
		next.lastID, next.entries, next.mac, tx.keys.sealHead(next))
	return err
}

// auditSearch is what a search for an entry compares.
func (tx *Tx) auditSearch(ctx context.Context, e AuditEntry) (string, error) {
	name := ""
	if e.UserID != 0 {
		u, err := tx.User(ctx, e.UserID)
		if err != nil {
			return "", err
		}
		name = u.Name
	}
	return fold(e.Act, name, string(e.Detail), e.Address), nil
}

// firstHead is the head over what was written down before there was a chain.
func (tx *Tx) firstHead(ctx context.Context) (head auditHead, err error) {
	mac := tx.keys.MAC(auditPurpose)
	err = tx.eachAudit(ctx, func(c chained) error {
		head.lastID = c.ID
		head.entries++
		addUnchained(mac, c)
		return nil
	})
	head.mac = mac.Sum(nil)
	return head, err
}

func addUnchained(mac hash.Hash, c chained) {
	addFields(mac, []byte("before the chain"), number(c.ID), []byte(c.Book), number(millis(c.At)), number(c.UserID),
		[]byte(c.Act), []byte(c.Subject), number(c.SubjectID), c.Detail)
}

// eachAudit reads all entries of all books, oldest first, one at a time.
func (r Reader) eachAudit(ctx context.Context, each func(chained) error) error {
	return r.rows.query(ctx, func(r row) error {
		var c chained
		if err := r.Scan(&c.ID, timeColumn{&c.At}, maybe(&c.UserID), &c.Act, &c.Subject, &c.SubjectID, (*[]byte)(&c.Detail),
			&c.Address, &c.Book, &c.search, &c.mac); err != nil {
			return err
		}
		return each(c)
	}, "SELECT "+auditColumns+", search, mac FROM audit_log ORDER BY id")
}

// AuditCheck is what a look at the whole log found.
type AuditCheck struct {
	Entries int64
	Last    time.Time // of the last entry
	Broken  int64     // the first entry that is not what was written down; 0 for none
	Cut     bool      // entries are missing at the end, or the end itself was changed
}

// Whole reports whether the log is as it was written.
func (c AuditCheck) Whole() bool { return c.Broken == 0 && !c.Cut }

// errBroken ends a check at the first entry that is wrong.
var errBroken = errors.New("the chain is broken")

// CheckAudit looks at every entry of every book.
func (s *Store) CheckAudit(ctx context.Context) (check AuditCheck, err error) {
	head, err := s.auditHead(ctx)
	hasHead := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return check, fmt.Errorf("check the audit log: %w", err)
	}
	early := s.Keys.MAC(auditPurpose)
	var before []byte
	err = s.eachAudit(ctx, func(c chained) error {
		if hasHead && c.ID > head.lastID && len(c.mac) > 0 && check.Entries >= head.entries {
			return errSince // written since the head was read
		}
		check.Entries++
		check.Last = c.At
		switch {
		case before == nil && len(c.mac) == 0:
			addUnchained(early, c)
			return nil
		case before == nil:
			before = early.Sum(nil)
		}
		if !bytes.Equal(c.mac, s.Keys.macOf(before, c)) {
			check.Broken = c.ID
			return errBroken
		}
		before = c.mac
		return nil
	})
	switch {
	case errors.Is(err, errBroken):
		return check, nil
	case err != nil && !errors.Is(err, errSince):
		return check, fmt.Errorf("check the audit log: %w", err)
	}
	if hasHead {
		check.Cut = !bytes.Equal(head.seal, s.Keys.sealHead(head)) || check.Entries != head.entries || !bytes.Equal(before, head.mac)
		return check, nil
	}
	if before == nil {
		return check, nil // nothing was chained yet
	}
	if _, err := s.auditHead(ctx); err == nil { // it began just now
		return s.CheckAudit(ctx)
	}
	check.Cut = true
	return check, nil
}

var errSince = errors.New("written since")
