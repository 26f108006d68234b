package sandbox_test

// The product's own client against the sandbox: every call of the API.

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func (s shop) client(c campay.Config) *campay.Client {
	s.Helper()
	c.BaseURL, c.Now = s.url+"/api/", s.clock.now
	client, err := campay.New(c)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(client.Close)
	return client
}

func TestClient_EveryCall_UnderstandsTheSandbox(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]campay.Config{
		"permanent token":       {Token: permanent},
		"username and password": {Username: "app-user", Password: "app-password"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			ctx := context.Background()
			c := s.client(keys)
			if err := c.Authenticate(ctx); err != nil {
				t.Fatal(err)
			}
			push, err := c.Collect(ctx, campay.CollectRequest{
				Amount: money.Francs(500), From: orange, ExternalReference: extA, ExternalUser: "C7",
			})
			if err != nil || push.USSDCode != "#150*50#" || push.Operator != money.Orange {
				t.Fatalf("%+v %v", push, err)
			}
			s.enter(push.Reference)
			tx, err := c.Transaction(ctx, push.Reference)
			if err != nil || tx.Status != campay.Successful || tx.Amount != money.Tell(money.Francs(500)) || tx.NetAmount != money.Tell(money.Francs(495)) ||
				tx.ExternalReference != extA || tx.Reason != "" || tx.OperatorReference == "" {
				t.Fatalf("%+v %v", tx, err)
			}
			testClientLink(t, s, c)
			testClientPayouts(t, s, c)
			balance, err := c.Balance(ctx)
			if err != nil || balance.Total != money.Tell(money.Francs(14_990)) || balance.Utility != money.Tell(money.Francs(900)) {
				t.Errorf("%+v %v", balance, err)
			}
			rows, err := c.History(ctx, s.clock.now(), s.clock.now())
			if err != nil || len(rows) != 3 {
				t.Fatalf("%+v %v", rows, err)
			}
			first := rows[2]
			if first.Reference != push.Reference || first.ExternalUser != "C7" || first.Credit != money.Tell(money.Francs(495)) ||
				first.Charge != money.Tell(money.Francs(5)) || !first.At.Equal(s.clock.now()) || first.Operator != money.Orange {
				t.Errorf("%+v", first)
			}
		})
	}
}

func testClientLink(t *testing.T, s shop, c *campay.Client) {
	t.Helper()
	link, err := c.PaymentLink(context.Background(), campay.PaymentLinkRequest{
		Amount: money.Francs(500), Description: "Pain", ExternalReference: extB,
		RedirectURL: "https://example.org/ok", PaymentOptions: money.MobileMoney,
	})
	if err != nil || !strings.HasPrefix(link.URL, s.url+"/pay/") {
		t.Fatalf("%+v %v", link, err)
	}
	if _, err := c.Transaction(context.Background(), link.Reference); !campay.IsNotFound(err) {
		t.Errorf("%v", err)
	}
}

func testClientPayouts(t *testing.T, s shop, c *campay.Client) {
	t.Helper()
	ctx := context.Background()
	out, err := c.Withdraw(ctx, campay.WithdrawRequest{
		Amount: money.Francs(500), To: mtn, ExternalReference: "11111111-1111-4111-8111-111111111111",
	})
	if err != nil || s.entry(out.Reference).Status != campay.Successful {
		t.Fatalf("%+v %v", out, err)
	}
	_, err = c.Withdraw(ctx, campay.WithdrawRequest{
		Amount: money.Francs(90_000), To: mtn, ExternalReference: "22222222-2222-4222-8222-222222222222",
	})
	var refused *campay.Error
	if !errors.As(err, &refused) || refused.Code != campay.CodeBalance || refused.Effect != campay.Refused {
		t.Errorf("%v", err)
	}
	air, err := c.TransferAirtime(ctx, campay.AirtimeRequest{
		Amount: money.Francs(100), To: mtn, ExternalReference: "33333333-3333-4333-8333-333333333333",
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := c.UtilityTransaction(ctx, air.Reference)
	if err != nil || u.Status != campay.Successful || u.Amount != money.Tell(money.Francs(100)) || u.Operator != "MTN_CM" {
		t.Errorf("%+v %v", u, err)
	}
}

func TestClient_TokenThatEnds_IsRenewed(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.client(campay.Config{Username: "app-user", Password: "app-password"})
	for range 3 {
		if _, err := c.Balance(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.clock.pass(2 * time.Hour)
	}
	s.Inject(sandbox.Fault{Kind: sandbox.Unauthorized, Endpoint: sandbox.EndpointBalance})
	if _, err := c.Balance(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestClient_LostAnswers_AreKnownAsSuch(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{
		sandbox.CutBefore, sandbox.CutAfter, sandbox.ErrorBefore, sandbox.ErrorAfter, sandbox.HTMLBefore, sandbox.HTMLAfter,
	} {
		t.Run(string(kind), func(t *testing.T) {
			s := open(t)
			c := s.client(campay.Config{Token: permanent})
			ask := campay.CollectRequest{Amount: money.Francs(500), From: mtn, ExternalReference: extA}
			s.Inject(sandbox.Fault{Kind: kind, Endpoint: sandbox.EndpointCollect})
			if _, err := c.Collect(context.Background(), ask); !campay.IsLost(err) {
				t.Fatalf("%v", err)
			}
			if _, err := c.Collect(context.Background(), ask); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Ledger()); n != 1 {
				t.Errorf("%d transactions", n)
			}
		})
	}
}
