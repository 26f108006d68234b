package payments

// The simulated world: one shop on a real database file, one CamPay (the
// sandbox), and between them a network, a clock and a fate that all come from
// one seed.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// simAddress is where the simulated CamPay is said to be; nothing listens there.
const simAddress = "http://127.0.0.1:1"

// world is one seed's run.
type world struct {
	ctx   context.Context
	fate  *rand.Rand
	dir   string
	at    time.Time     // CamPay's clock, and everybody's but the shop's
	skew  time.Duration // by how much the shop's clock is off
	quiet bool          // nothing goes wrong any more

	storm     float64 // how likely a call goes wrong
	downUntil time.Time
	keysUntil time.Time // CamPay refuses the keys until then
	late      []lateCall

	sandbox  *sandbox.Sandbox
	handler  http.Handler // the sandbox's
	campay   *campay.Client
	opening  sandbox.Balances
	nameless bool // CamPay does not say whose a transaction is
	exact    bool // no fees, and nobody else spends: CamPay never has less than the shop knows

	owner, second int64

	// The shop's process; nil while it is down.
	service *Service
	store   *store.Store
	opens   time.Time // when it is started again
	killIn  int       // boundaries until it is killed; 0 and below: it is not
	failIn  int       // the same for its disk
	dying   bool

	flights []*flight
	current *flight
	yield   chan struct{}

	file    *sql.DB // the book's file, to see when it changed
	version int64
	read    []store.Transaction // the book at that version

	known    knowledge
	did      tally // what people did, and what became of it
	faults   tally // what went wrong, by its name
	story    []string
	failures []string
}

func newWorld(dir string, seed uint64) (*world, error) {
	w := &world{
		ctx: context.Background(), dir: dir, yield: make(chan struct{}),
		fate:  rand.New(rand.NewPCG(seed, 0x636f6d70746f6972)),
		at:    time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC),
		known: newKnowledge(), did: tally{}, faults: tally{},
	}
	w.exact, w.nameless = w.chance(0.5), w.chance(0.2)
	w.storm = pick(w, 0, 0.03, 0.1, 0.2, 0.3, 0.5)
	w.opening = pick(w,
		sandbox.Balances{MTN: money.Francs(20_000), Orange: money.Francs(8_000), Airtime: money.Francs(5_000)},
		sandbox.Balances{MTN: money.Francs(2_500), Orange: money.Francs(1_500), Airtime: money.Francs(800)},
	)
	config := sandbox.Config{
		BaseURL: simAddress + "/sandbox", Token: testToken, WebhookKey: testKey,
		CallbackURL: "http://shop.example/webhook", CallbackMethod: pick(w, "GET", "POST"),
		Duplicates: pick(w, sandbox.Replay, sandbox.Reject), PromptTimeout: pick(w, 2*time.Minute, 20*time.Minute),
		PayoutDelay: pick(w, 0, 2*time.Second, 10*time.Minute), Opening: w.opening,
		Now: func() time.Time { return w.at }, Rand: noise{w.fate}, Logger: slog.New(slog.DiscardHandler),
		HTTPClient: httpClient(callback{w}), Sleep: func(context.Context, time.Duration) error { return nil },
	}
	if !w.exact {
		config.Fees = sandbox.Fees{
			Collect: sandbox.OnePercent, Withdraw: sandbox.OnePercent, Flat: pick(w, 0, money.Francs(1), money.Francs(25)),
		}
	}
	config.Habits = sandbox.Habits{
		LinkAlone: w.chance(0.3), SameReference: w.chance(0.5), LocalHistory: w.chance(0.5), PendingHistory: w.chance(0.2),
	}
	w.tell("a day of storm %v; CamPay: nameless %v, duplicates %d, prompts %v, payouts %v, fees %v, %s, %+v",
		w.storm, w.nameless, config.Duplicates, config.PromptTimeout, config.PayoutDelay, config.Fees, config.CallbackMethod, config.Habits)
	var err error
	if w.sandbox, err = sandbox.New(config); err != nil {
		return nil, err
	}
	w.handler = w.sandbox.Handler()
	if w.campay, err = campay.New(campay.Config{
		BaseURL: simAddress + "/sandbox/api/", Token: testToken, Transport: wire{w},
		Now: func() time.Time { return w.at }, Rand: func() float64 { return 0.5 },
		Sleep: func(context.Context, time.Duration) error { return nil },
	}); err != nil {
		return nil, err
	}
	if err := w.open(); err != nil {
		return nil, err
	}
	if w.owner, err = w.person("owner"); err != nil {
		return nil, err
	}
	if w.second, err = w.person("second owner"); err != nil {
		return nil, err
	}
	if err := w.service.SetRules(w.ctx, w.someRules(), "", w.owner); err != nil {
		return nil, err
	}
	// A connection of its own sees by data_version that another one committed.
	w.file, err = sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, store.FileName))+"?mode=ro")
	if err != nil {
		return nil, err
	}
	w.file.SetMaxOpenConns(1)
	return w, nil
}

func (w *world) person(name string) (id int64, err error) {
	err = w.store.Write(w.ctx, func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.CreateUser(ctx, store.User{Name: name, Role: store.RoleOwner, Locale: "fr", CreatedAt: w.at})
		id = u.ID
		return err
	})
	return id, err
}

func (w *world) someRules() store.PayoutRules {
	return store.PayoutRules{
		ApprovalAbove: money.XAF(pick[int64](w, 0, 0, 800_00)), MostEach: money.XAF(pick[int64](w, 0, 0, 5000_00)),
		MostDay: money.XAF(pick[int64](w, 0, 0, 9000_00)), CountDay: pick(w, 0, 0, 4), AirtimeDay: money.XAF(pick[int64](w, 0, 2000_00)),
		FromHour: pick(w, 0, 0, 0, 7), ToHour: pick(w, 0, 0, 0, 22), NewRecipientWait: pick(w, 0, 0, 0, time.Hour),
	}
}

// end lets go of what the run holds.
func (w *world) end() error {
	w.bury()
	return errors.Join(w.file.Close(), os.RemoveAll(w.dir))
}

// open starts the shop's process on its file.
func (w *world) open() error {
	var err error
	if w.store, err = store.Open(w.ctx, w.dir, store.Options{Book: "sandbox", Now: w.shopTime}); err != nil {
		return err
	}
	verifier, err := campay.NewVerifier(testKey, w.shopTime)
	if err != nil {
		return err
	}
	w.service = New(Config{
		Store: w.store, CamPay: w.campay, Webhooks: verifier, Random: noise{w.fate}, Logger: slog.New(slog.DiscardHandler),
		Now:       func() time.Time { w.boundary(); return w.shopTime() },
		ReturnURL: func(slug, _ string) string { return "https://shop.example/p/" + slug },
	})
	return nil
}

// shopTime is what the shop's own clock shows.
func (w *world) shopTime() time.Time { return w.at.Add(w.skew) }

func pick[T any](w *world, among ...T) T { return among[w.fate.IntN(len(among))] }

// chance is true in p of all cases.
func (w *world) chance(p float64) bool { return w.fate.Float64() < p }

// between is a duration in [least, most).
func (w *world) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.fate.Int64N(int64(most-least)))
}

// noise is randomness that the seed decides.
type noise struct{ fate *rand.Rand }

func (n noise) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(n.fate.Uint32())
	}
	return len(p), nil
}

// operation is an operation's id, as NewOperation would make it.
func (w *world) operation() string {
	return uuid.Must(uuid.NewRandomFromReader(noise{w.fate})).String()
}

// tell adds a line to the run's story.
func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, w.at.Format("02 15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// wrong notes that an invariant is broken.
func (w *world) wrong(format string, args ...any) {
	w.tell("WRONG: "+format, args...)
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

// must notes a failure of what nothing but the disk can make fail.
func (w *world) must(err error) {
	if err != nil && !isDiskFailure(err) {
		w.wrong("%v", err)
	}
}

// tally counts what happened by its name.
type tally map[string]int

func (t tally) add(more tally) {
	for name, n := range more {
		t[name] += n
	}
}

func (t tally) String() string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, t[name])
	}
	return strings.Join(names, ", ")
}
