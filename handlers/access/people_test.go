package access

import (
	"errors"
	"strings"
	"testing"
	"time"

	"comptoir/store"
)

// lastAct is the newest entry about people.
func (h *house) lastAct() store.AuditEntry {
	h.t.Helper()
	entries, err := h.store.Audit(h.t.Context(), store.AuditFilter{Everywhere: true, Subject: "person", Limit: 1})
	h.must(err)
	if len(entries) == 0 {
		h.t.Fatal("nothing is in the audit log")
	}
	return entries[0]
}

func (h *house) again(id int64) store.User {
	h.t.Helper()
	u, err := h.store.User(h.t.Context(), id)
	h.must(err)
	return u
}

// However somebody comes in or is changed, who did it is in the journal, and whoever
// another let in waits before approving.
func TestPeople_HoweverTheyAreWritten_AreInTheJournal_AndWaitWhereAnotherLetThemIn(t *testing.T) {
	t.Parallel()
	const herself = -1
	later := func(h *house) time.Time { return h.clock.now().Add(store.SecondOwnerWait) }
	never := func(*house) time.Time { return time.Time{} }
	for name, way := range map[string]struct {
		do    func(h *house, owner, second store.User) (int64, error)
		act   string
		by    int64
		waits func(*house) time.Time
	}{
		"added by command": {func(h *house, _, _ store.User) (int64, error) {
			u, _, err := h.AddByCommand(t.Context(), " Associée ", store.RoleOwner)
			return u.ID, err
		}, "person.added_by_command", 0, later},
		"password by command": {func(h *house, _, second store.User) (int64, error) {
			u, _, err := h.GivePassword(t.Context(), second.Name)
			return u.ID, err
		}, "person.password_changed", 0, later},
		"reset by command": {func(h *house, _, second store.User) (int64, error) {
			u, _, err := h.Reset(t.Context(), second.Name)
			return u.ID, err
		}, "person.reset_by_command", 0, later},
		"by an invitation": {func(h *house, owner, _ store.User) (int64, error) {
			i, _, err := h.Invite(t.Context(), owner.ID, "Associée", store.RoleOwner)
			h.must(err)
			u, err := h.Join(t.Context(), i, testPassword, "fr")
			return u.ID, err
		}, "person.joined", herself, later},
		"by a link to a new password": {func(h *house, owner, second store.User) (int64, error) {
			i, _, err := h.InviteAnew(t.Context(), owner.ID, second)
			h.must(err)
			u, err := h.Join(t.Context(), i, testPassword, "fr")
			return u.ID, err
		}, "person.password_changed", herself, later},
		"another role": {func(h *house, owner, second store.User) (int64, error) {
			return second.ID, h.SetRole(t.Context(), owner.ID, second, store.RoleAccountant)
		}, "person.role_changed", 1, later},
		"switched off": {func(h *house, owner, second store.User) (int64, error) {
			return second.ID, h.Disable(t.Context(), owner.ID, second)
		}, "person.disabled", 1, never},
		"switched on": {func(h *house, owner, second store.User) (int64, error) {
			return second.ID, h.Enable(t.Context(), owner.ID, second)
		}, "person.enabled", 1, never},
		"a password of her own": {func(h *house, _, second store.User) (int64, error) {
			u, err := h.ChangePassword(t.Context(), second, testPassword)
			return u.ID, err
		}, "person.password_changed", herself, never},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t)
			owner := h.person("Gérance", store.RoleOwner)
			id, err := way.do(h, owner, h.person("Seconde", store.RoleOwner))
			h.must(err)
			if way.by == herself {
				way.by = id
			}
			if e := h.lastAct(); e.Act != way.act || e.UserID != way.by || e.SubjectID != id || !strings.Contains(string(e.Detail), h.again(id).Name) {
				t.Errorf("%s by %d of %d: %s", e.Act, e.UserID, e.SubjectID, e.Detail)
			}
			if got := h.again(id).ApprovesFrom; !got.Equal(way.waits(h)) {
				t.Errorf("approves from %v", got)
			}
		})
	}
}

// Nobody is there whose approval she could weaken.
func TestPeople_TheVeryFirstOwner_WaitsForNothing(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*house) (store.User, error){
		"by command": func(h *house) (store.User, error) {
			u, _, err := h.AddByCommand(t.Context(), "Gérance", store.RoleOwner)
			return u, err
		},
		"by command, after a cashier": func(h *house) (store.User, error) {
			_, _, err := h.AddByCommand(t.Context(), "Caisse", store.RoleCashier)
			h.must(err)
			u, _, err := h.AddByCommand(t.Context(), "Gérance", store.RoleOwner)
			return u, err
		},
		"by the setup": func(h *house) (store.User, error) {
			return h.Claim(t.Context(), Newcomer{"Gérance", testPassword, "fr"}, func(*store.Tx, store.User) error { return nil })
		},
	} {
		h := openHouse(t)
		u, err := do(h)
		h.must(err)
		if got := h.again(u.ID); !got.Role.Owns() || !got.ApprovesFrom.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
		if e := h.lastAct(); e.SubjectID != u.ID || !strings.Contains(string(e.Detail), `"role":"owner"`) {
			t.Errorf("%s: %s %s", name, e.Act, e.Detail)
		}
	}
}

func TestClaim_WhereSomebodyIs_ChangesNothing(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.person("Gérance", store.RoleOwner)
	if _, err := h.Claim(t.Context(), Newcomer{"Autre", testPassword, "fr"}, func(*store.Tx, store.User) error {
		t.Error("the shop was written")
		return nil
	}); !errors.Is(err, ErrClaimed) {
		t.Errorf("%v", err)
	}
	if n, err := h.store.CountUsers(t.Context()); err != nil || n != 1 {
		t.Errorf("%d people, %v", n, err)
	}
}
