package handlers

// Lists as people have them: every line is a row or named as skipped.

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"comptoir/store"
)

func TestBatch_RowTwiceOrListTwice_IsAskedAbout(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	sends := func(operation, list string, more map[string]string) answer {
		more["confirm"] = "yes"
		return owner.sendsList(operation, list, "", more)
	}
	count := func(want int) {
		t.Helper()
		if made, err := s.store.Links(t.Context(), store.LinkFilter{}); err != nil || len(made) != want {
			t.Fatalf("%d links made, %v; want %d", len(made), err, want)
		}
	}
	const twice = "Awa;677123456;5000;Loyer\nBrice;;7000;Loyer\nAwa;6 77 12 34 56;5 000;Loyer"
	if got := sends(newOperation(), twice, map[string]string{}); got.status != http.StatusConflict || !strings.Contains(got.body, `name="doubles"`) {
		t.Fatalf("a row twice: %d", got.status)
	}
	count(0)
	first := sends(newOperation(), twice, map[string]string{"doubles": "yes"})
	count(3)
	got := sends(newOperation(), twice, map[string]string{"doubles": "yes"})
	batch := strings.TrimPrefix(first.header.Get("Location"), "/links/batch/")
	if got.status != http.StatusConflict || !strings.Contains(got.body, `name="again" value="`+batch+`"`) {
		t.Fatalf("the list twice: %d", got.status)
	}
	count(3)
	if got := sends(newOperation(), twice, map[string]string{"doubles": "yes", "again": batch}); got.status != http.StatusSeeOther {
		t.Fatalf("meant: %d", got.status)
	}
	count(6)
}

func TestBatch_OwnFileSentBack_IsRead(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"fr", "en"} {
		s := openShop(t)
		owner := s.signedIn(store.RoleOwner)
		owner.speak(language)
		page := owner.sendsList(newOperation(), goodList, "", map[string]string{"confirm": "yes"}).header.Get("Location")
		s.work()
		file := owner.get(page + "/links.csv").body
		read := owner.sendsList(newOperation(), "", file, map[string]string{})
		for _, want := range []string{"Élève Un", "25.{1,6}000", "Scolarité", "3.{1,6}000", "Cahiers"} {
			if read.status != http.StatusOK || !regexp.MustCompile(want).MatchString(read.body) {
				t.Errorf("%s: answered %d, without %s, to %q", language, read.status, want, file)
			}
		}
	}
}
