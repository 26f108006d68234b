package store

// A look at the whole data folder: is the file sound, the log untouched, and who
// else may read it.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Symptom is one thing that was looked at; Wrong is empty when it is as it
// should be.
type Symptom struct {
	Name  string
	Said  string // what was seen
	Wrong string // what is wrong, and what to do
}

// Examine looks at the database that is open and at its folder. It may run
// beside a product that serves.
func (s *Store) Examine(ctx context.Context, dir string) ([]Symptom, error) {
	var all []Symptom
	for _, look := range []func(context.Context) (Symptom, error){s.examineFile, s.examineReferences, s.examineAudit, s.examineAnswered, s.examineRows, s.examineSearch} {
		found, err := look(ctx)
		if err != nil {
			return all, err
		}
		all = append(all, found)
	}
	for _, name := range []string{FileName, KeyFileName} {
		found, err := examineMode(filepath.Join(dir, name))
		if err != nil {
			return all, err
		}
		all = append(all, found)
	}
	return all, nil
}

func (s *Store) examineFile(ctx context.Context) (Symptom, error) {
	said, err := s.engine.integrity(ctx, s.rows)
	found := Symptom{Name: "database", Said: said}
	if found.Said != "ok" {
		found.Wrong = "the file is damaged: stop Comptoir, keep a copy of the folder, and put the last backup back"
	}
	return found, err
}

func (s *Store) examineReferences(ctx context.Context) (Symptom, error) {
	broken, err := s.engine.orphans(ctx, s.rows)
	found := Symptom{Name: "references", Said: "ok"}
	if broken > 0 {
		found.Said, found.Wrong = fmt.Sprint(broken, " rows name others that are gone"), "somebody wrote to the file past Comptoir: compare it with a backup"
	}
	return found, err
}

func (s *Store) examineAudit(ctx context.Context) (Symptom, error) {
	check, err := s.CheckAudit(ctx)
	found := Symptom{Name: "audit log", Said: fmt.Sprint(check.Entries, " entries, unbroken")}
	switch {
	case check.Broken != 0:
		found.Said = fmt.Sprintf("entry %d is not the one that was written", check.Broken)
	case check.Cut:
		found.Said = "entries are missing at the end, or the end was changed"
	}
	if !check.Whole() {
		found.Wrong = "somebody wrote to the file past Comptoir, or " + KeyFileName + " is another one: freeze money out, keep a copy, compare it with a backup"
	}
	return found, err
}

// examineAnswered tells what was found missing when the file was opened, now or before.
func (s *Store) examineAnswered(ctx context.Context) (Symptom, error) {
	found := Symptom{Name: "answered", Said: "nothing is missing"}
	all, err := s.Damages(ctx)
	for _, d := range all {
		if d.What == DamageLostWrites {
			found.Said, found.Wrong = d.String(), "the end of "+FileName+"-wal was cut or damaged, or an older file was put back: reconcile with CamPay"
		}
	}
	return found, err
}

// examineRows looks at the checksum of each row of money.
func (s *Store) examineRows(ctx context.Context) (Symptom, error) {
	found := Symptom{Name: "money rows", Said: "as they were written"}
	var broken []string
	for at := (Look{}); ; {
		next, more, err := s.CheckRows(ctx, at)
		if err != nil {
			return found, err
		}
		for _, d := range more[:min(len(more), mostDamages-min(len(broken), mostDamages))] {
			broken = append(broken, d.row())
		}
		if at = next; at == (Look{}) {
			break
		}
	}
	if len(broken) > 0 {
		found.Said = "not as they were written: " + strings.Join(broken, ", ")
		found.Wrong = "the disk, or somebody past Comptoir, changed them: keep a copy, reconcile with CamPay"
	}
	return found, nil
}

func examineMode(path string) (Symptom, error) {
	found := Symptom{Name: filepath.Base(path)}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		found.Said, found.Wrong = "missing", "put it back from where it was kept"
		return found, nil
	}
	if err != nil {
		return found, err
	}
	found.Said = info.Mode().Perm().String()
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		found.Wrong = "others on this machine may read it: chmod 600 " + path
	}
	return found, nil
}
