package payments

// Invariant 5: lost, late, doubled or reordered webhooks end in the same state.

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestInvariant5_WebhookLost_PollingFindsThePayment(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	asked, l := s.push(2500, mtnPhone), s.link(700)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.pay(l, 0, "1234")
	s.work(pollLast)
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantStatus(l.Newest, store.StatusSuccessful)
	if d := s.deliveries(); len(d) != 0 {
		t.Fatalf("deliveries %+v", d)
	}
}

func TestInvariant5_LateDoubledReordered_EndInTheSameState(t *testing.T) {
	t.Parallel()
	for _, fault := range []sandbox.Fault{
		{Kind: sandbox.WebhookLate, Delay: 3 * time.Hour},
		{Kind: sandbox.WebhookDoubled},
		{Kind: sandbox.WebhookReordered, Delay: time.Hour},
	} {
		s := openShop(t)
		s.sandbox.Inject(fault)
		first, second := s.push(100, mtnPhone), s.push(200, orangePhone)
		s.must(s.sandbox.Enter(first.Reference, "1234"))
		s.must(s.sandbox.Enter(second.Reference, "1234"))
		for range 10 {
			s.work(30 * time.Minute)
		}
		s.wantStatus(first, store.StatusSuccessful)
		s.wantStatus(second, store.StatusSuccessful)
		s.wantEffects(2, 2)
		takings, err := s.store.Takings(s.ctx, s.clock.now().Add(-24*time.Hour), s.clock.now())
		s.must(err)
		if takings.Count != 2 || takings.Amount != money.Francs(300) {
			t.Fatalf("%s: takings %+v", fault.Kind, takings)
		}
	}
}

func TestInvariant5_PollingSlowsDownAndEndsAfterADay(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
	asked := s.push(2500, mtnPhone)
	last := time.Duration(0)
	for s.clock.now().Sub(asked.CreatedAt) < pollFor {
		next := s.again(asked).PollAt
		wait := next.Sub(s.clock.now())
		if wait < last || wait > pollLast {
			t.Fatalf("waits %v after %v", wait, last)
		}
		last = wait
		s.work(wait)
	}
	if last != pollLast {
		t.Fatalf("after a day it waits %v, want %v", last, pollLast)
	}
	s.work(pollLast)
	if open := s.wantStatus(asked, store.StatusPending); !open.PollAt.IsZero() {
		t.Fatalf("still polled at %v", open.PollAt)
	}
	s.service.Nudge(s.ctx, TransactionTopic(asked.ID))
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.sandbox.ClearFaults()
	s.must(s.service.Work(s.ctx))
	s.work(nudgeWithin)
	s.wantStatus(asked, store.StatusSuccessful)
}

func TestInvariant5_UnknownReference_BecomesExternalOnlyWhenCamPayKnowsIt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.hears(s.notification("0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10", "SUCCESSFUL", "2500"))
	for range 10 {
		s.work(unknownPatience / 4)
	}
	if d := s.deliveries(); len(s.all()) != 0 || d[0].Outcome != store.OutcomeUnknown || !d[0].NextAt.IsZero() {
		t.Fatalf("%d transactions, delivery %+v", len(s.all()), d[0])
	}
	elsewhere, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: money.Francs(300), From: mtnPhone, Description: "Ailleurs"})
	s.must(err)
	s.must(s.sandbox.Enter(elsewhere.Reference, "1234"))
	s.work(0)
	all := s.all()
	if len(all) != 1 || all[0].Origin != store.OriginExternal || all[0].Status != store.StatusSuccessful ||
		all[0].Amount != money.Francs(300) || len(all[0].Flags) != 0 {
		t.Fatalf("transactions %+v", all)
	}
}

func TestInvariant5_OldLink_PaidWithoutWebhook_IsFound(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	l := s.link(2500)
	for range 40 {
		s.work(2 * time.Hour)
	}
	s.pay(l, 0, "1234")
	s.work(waitLast)
	s.wantStatus(l.Newest, store.StatusSuccessful)
}

func TestInvariant5_OldLink_BegunBeforeItIsProved_IsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 3 * time.Hour })
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	l := s.link(2500)
	for range 13 {
		s.work(2 * time.Hour)
	}
	prompt, err := s.sandbox.Pay(l.Newest.Reference, mtnPhone, 0)
	s.must(err)
	// CamPay reports the end before its own /transaction/ knows it.
	s.hears(s.notification(l.Newest.Reference, "SUCCESSFUL", "2500"))
	s.work(0)
	s.wantStatus(l.Newest, store.StatusPending)
	s.must(s.sandbox.Enter(prompt.Reference, "1234"))
	s.work(time.Minute)
	s.wantStatus(l.Newest, store.StatusSuccessful)
}

func TestStory_OfALongWait_SaysEachThingOnce(t *testing.T) {
	t.Parallel()
	for name, hinder := range map[string]func(*shop){
		"CamPay is down": func(s *shop) { s.down.Store(true) },
		"in doubt": func(s *shop) {
			s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
			if name == "in doubt" {
				hinder(s)
			}
			asked := s.push(2500, mtnPhone)
			hinder(s)
			_, stop := s.service.Watch(s.ctx, TransactionTopic(asked.ID))
			defer stop()
			for range 60 {
				s.work(time.Minute)
				s.service.Nudge(s.ctx, TransactionTopic(asked.ID))
			}
			if story := s.notes(asked); len(story) > 30 || story[0] != "written" {
				t.Fatalf("a story of %d lines: %v", len(story), story)
			}
		})
	}
}

// Found by the simulation: a report of a request that was still under way had
// it looked at over and over, as fast as the machine could.
func TestWork_RequestUnderWay_IsLookedAtOnceItMustHaveItsAnswer(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked, _, err := s.service.writePush(s.ctx, pushOrder(2500, mtnPhone))
	s.must(err)
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		s.service.noteReport(&asked) // as a webhook about it does
		return tx.UpdateTransaction(ctx, asked)
	}))
	s.clock.pass(pollFirst)
	var wg sync.WaitGroup
	_, err = s.service.start(s.ctx, &wg)
	s.must(err)
	wg.Wait()
	if got, want := s.again(asked).PollAt, asked.CreatedAt.Add(unsentGrace); !got.Equal(want) {
		t.Fatalf("looked at again at %s, want %s", got, want)
	}
}

func TestPolling_BehindMany_WhatSomebodyLooksAtGoesFirst(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
	for i := range 2 * workBatch {
		s.push(int64(100+i), mtnPhone)
	}
	watched := s.push(2500, orangePhone) // the last in line
	_, stop := s.service.Watch(s.ctx, TransactionTopic(watched.ID))
	defer stop()
	var mu sync.Mutex
	var asked []string
	before := func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(r.URL.Path, "/transaction/") {
			asked = append(asked, path.Base(r.URL.Path))
		}
		return false
	}
	s.before.Store(&before)
	s.work(time.Hour)
	if at := slices.Index(asked, watched.Reference); at < 0 || at >= workAtOnce {
		t.Errorf("what is watched was asked about as number %d of %d", at, len(asked))
	}
	if len(asked) < 2*workBatch {
		t.Errorf("asked about %d", len(asked))
	}
}
