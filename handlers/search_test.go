package handlers

// The search of transactions as each role may use it.

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/store"
)

func TestSearch_EachRole_FindsWhatItMaySee(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	old := owner.request("1500", "677124883")
	s.clock.pass(24 * time.Hour)
	owner = s.sessionOf(store.RoleOwner)
	fresh := owner.request("1600", "677124883")
	reference := s.newest().Reference
	for role, want := range map[store.Role]map[string][]string{
		store.RoleOwner:      {"4883": {old, fresh}, "48 83": {old, fresh}, "(+237) 677-12-48-83": {old, fresh}, reference: {fresh}, reference[:8]: {fresh}, "zebra": {}},
		store.RoleAccountant: {"4883": {old, fresh}},
		store.RoleCashier:    {"4883": {fresh}, "48 83": {fresh}, "83": {fresh}, reference: {fresh}},
	} {
		b := s.sessionOf(role)
		for text, paths := range want {
			body := b.get("/transactions?q=" + url.QueryEscape(text)).body
			for _, path := range []string{old, fresh} {
				if found := strings.Contains(body, path+`"`); found != slices.Contains(paths, path) {
					t.Errorf("%s, %q: %s is found: %v", role, text, path, found)
				}
			}
			if said := map[int]string{0: "Rien ne correspond", 1: "1 transaction trouvée", 2: "2 transactions trouvées"}[len(paths)]; !strings.Contains(body, said) {
				t.Errorf("%s, %q: %q is not said", role, text, said)
			}
		}
	}
}
