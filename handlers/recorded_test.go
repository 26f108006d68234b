package handlers

// CamPay's answers as its clients recorded them (campay/testdata/recorded): each
// through the real client, the real book and the real screens.

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/handlers/web"
	"comptoir/store"
)

// recorded is one answer, and what the shop makes of it.
type recorded struct {
	It     string          `json:"it"`
	HTTP   int             `json:"http"` // 200 when 0
	Type   string          `json:"type"` // of the body; JSON when empty
	Answer json.RawMessage `json:"answer"`
	Raw    string          `json:"raw"` // instead of Answer: no JSON, or not quite
	// Acts: CamPay does what it was asked for before it answers.
	Acts bool `json:"acts"`

	Book  string `json:"book"`  // the status; some, parted by |, where more than one is right
	Told  string `json:"told"`  // the amount in the book; empty: none
	Flags string `json:"flags"` // as the book keeps them
	Paid  bool   `json:"paid"`  // in full
}

func readRecorded[T any](t *testing.T, name string) (all []T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "campay", "testdata", "recorded", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

func (r recorded) body() string {
	if r.Answer == nil {
		return r.Raw
	}
	return string(r.Answer)
}

// replayed writes a recorded answer with the names of what it is about.
func (r recorded) replayed(w http.ResponseWriter, names *strings.Replacer) {
	kind := r.Type
	if kind == "" {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	if r.HTTP/100 == 3 {
		w.Header().Set("Location", "/login/")
	}
	if r.HTTP != 0 {
		w.WriteHeader(r.HTTP)
	}
	_, _ = io.WriteString(w, names.Replace(r.body())) // a client that left has nothing to read
}

// recordings answers calls whose path holds a name with that name's recording.
type recordings struct {
	sync.Mutex
	of map[string]func(http.ResponseWriter, *http.Request)
}

func (s *shop) replay() *recordings {
	all := &recordings{of: map[string]func(http.ResponseWriter, *http.Request){}}
	f := func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/sandbox/api/") {
			return false
		}
		all.Lock()
		defer all.Unlock()
		for name, answer := range all.of {
			if strings.Contains(r.URL.Path, name) {
				answer(w, r)
				return true
			}
		}
		return false
	}
	s.onCall.Store(&f)
	return all
}

func (all *recordings) set(name string, answer func(http.ResponseWriter, *http.Request)) {
	all.Lock()
	defer all.Unlock()
	if answer == nil {
		delete(all.of, name)
		return
	}
	all.of[name] = answer
}

// payerOf is a number of one of the operators for each case.
func payerOf(operator money.Operator, n int) money.Phone {
	prefix := "237670"
	if operator == money.Orange {
		prefix = "237690"
	}
	return money.Phone(prefix + strconv.Itoa(100_000+n))
}

// heads is how the page of a transaction says where it stands, and its flags.
var heads = regexp.MustCompile(`(?s)class="status [a-z]+".*?data-title="([^"]*)"|class="status [a-z]+"[^>]*data-title="([^"]*)"`)

// seen is what the owner's page of a transaction is headed with.
func (b *browser) seen(t store.Transaction) (head, body string) {
	b.s.t.Helper()
	got := b.get(web.ItemPath("/transactions/", t.ID))
	m := heads.FindStringSubmatch(got.body)
	if got.status != http.StatusOK || m == nil {
		b.s.t.Fatalf("the page of %d answered %d", t.ID, got.status)
	}
	return html.UnescapeString(m[1] + m[2]), html.UnescapeString(got.body)
}

var values = regexp.MustCompile(`\{\{[^}]*\}\}`)

// wordsOf are the longest words of a key without a value in them.
func (s *shop) wordsOf(key string) string {
	s.t.Helper()
	text := "\x00" // which no page has
	for _, part := range values.Split(s.locale()[key], -1) {
		if len(part) > len(strings.Trim(text, "\x00")) {
			text = part
		}
	}
	return text
}

var frenchWords = sync.OnceValues(func() (words map[string]string, err error) {
	files, err := filepath.Glob(filepath.Join("..", "views", "locales", "fr", "*.json"))
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, err
		}
	}
	words = map[string]string{}
	for key, value := range all {
		var word string
		if json.Unmarshal(value, &word) == nil {
			words[key] = word
		}
	}
	return words, nil
})

func (s *shop) locale() map[string]string {
	s.t.Helper()
	words, err := frenchWords()
	s.must(err)
	return words
}

// isOneOf reports whether a status is among those that are right.
func isOneOf(got store.Status, want string) bool {
	for one := range strings.SplitSeq(want, "|") {
		if string(got) == one {
			return true
		}
	}
	return false
}

func (s *shop) byOperation(operation string) store.Transaction {
	s.t.Helper()
	got, err := s.store.TransactionByExternalReference(s.t.Context(), operation)
	s.must(err)
	return got
}

func (r recorded) want(t *testing.T, got store.Transaction) {
	t.Helper()
	var told money.XAF
	if r.Told != "" {
		var err error
		if told, err = money.ParseXAF(r.Told); err != nil {
			t.Fatal(err)
		}
	}
	if !isOneOf(got.Status, r.Book) || got.Amount != told || got.Flags.String() != r.Flags || got.PaidInFull() != r.Paid {
		t.Errorf("%s: %s with %d, paid in full %v, flags %q; want %s with %d, %v, %q",
			r.It, got.Status, got.Amount, got.PaidInFull(), got.Flags, r.Book, told, r.Paid, r.Flags)
	}
}

func TestRecorded_Transaction_IsReadForWhatItTells_AndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.looksUp(readRecorded[recorded](t, "transaction.json"), "transaction/", "status.paid", func(n int) store.Transaction {
		order := payments.PushOrder{Operation: newOperation(), Amount: money.Francs(5), Phone: payerOf(money.MTN, n)}
		sale, err := s.service.RequestPayment(t.Context(), order)
		s.must(err)
		return sale
	}, func() {
		for _, p := range s.sandbox.Prompts() {
			s.must(s.sandbox.Enter(p.Reference, "1234"))
		}
	})
}

func TestRecorded_Utility_IsReadForWhatItTells_AndNothingIsLost(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t, func(c *sandbox.Config) { c.PayoutDelay = time.Hour })
	s.looksUp(readRecorded[recorded](t, "utility.json"), "utilities/transaction/", "status.done", func(n int) store.Transaction {
		form := payoutOf("5", string(payerOf(money.MTN, n)))
		owner.payOut("/airtime", form)
		return s.byOperation(form.Get("operation"))
	}, func() { s.clock.pass(2 * time.Hour) })
}

// looksUp asks about one transaction of 5 F for each answer, and, when all have
// ended at CamPay, once more without them. calledDone is what one that succeeded
// in full is called.
func (s *shop) looksUp(all []recorded, call, calledDone string, begin func(n int) store.Transaction, end func()) {
	t, owner := s.t, s.sessionOf(store.RoleOwner)
	t.Helper()
	replay, ids := s.replay(), make([]int64, len(all))
	for i, r := range all {
		begun := begin(i)
		names := strings.NewReplacer("$reference", begun.Reference, "$REFERENCE", strings.ToUpper(begun.Reference),
			"$external", begun.ExternalReference, "$EXTERNAL", strings.ToUpper(begun.ExternalReference), "$phone", string(begun.Phone))
		replay.set(call+begun.Reference, func(w http.ResponseWriter, _ *http.Request) { r.replayed(w, names) })
		_, err := s.service.Ask(t.Context(), begun.ID)
		s.must(err)
		got, err := s.store.Transaction(t.Context(), begun.ID)
		s.must(err)
		r.want(t, got)
		head, page := owner.seen(got)
		if done := strings.HasPrefix(head, s.wordsOf(calledDone)); done != r.Paid {
			t.Errorf("%s: the page is headed %q", r.It, head)
		}
		if open := strings.HasPrefix(head, s.wordsOf("status.pending")); open && r.Flags == "unknown_word" {
			t.Errorf("%s: the page is headed %q", r.It, head)
		}
		if r.Flags != "" && !strings.Contains(page, s.wordsOf("flag."+r.Flags+".title")) && !strings.Contains(page, s.wordsOf("flag.out."+r.Flags+".title")) {
			t.Errorf("%s: nothing on the page tells of it", r.It)
		}
		ids[i] = begun.ID
	}
	s.onCall.Store(nil)
	end()
	s.clock.pass(3 * time.Second) // what was answered just now is not asked about again at once
	for i, id := range ids {
		_, err := s.service.Ask(t.Context(), id)
		s.must(err)
		got, err := s.store.Transaction(t.Context(), id)
		s.must(err)
		if got.Status != store.StatusSuccessful || got.Amount != money.Francs(5) {
			t.Errorf("%s: in the end %s with %d", all[i].It, got.Status, got.Amount)
		}
	}
	s.wantLedger(len(all))
}
