package campay_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"comptoir/campay"
	"comptoir/campay/money"
)

func TestHolderInfo_AsksByNumberAndReadsTheName(t *testing.T) {
	t.Parallel()
	var query string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		say(200, `{"full_name":" Caisse\tdu coin "}`)(w, r)
	})
	name, err := clientOf(t, s).HolderInfo(t.Context(), payer)
	if err != nil || name != "Caisse du coin" || query != "phone_number=237677123456" {
		t.Errorf("%q, %v; asked %q", name, err, query)
	}
	expect(t, s, "GET", "/api/holder_info/", nil)
}

func TestHolderInfo_WithoutAName_IsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"full_name":null}`, `{"full_name":"None"}`, `{"full_name":""}`, `[]`, `<html>`} {
		if name, err := clientOf(t, serve(t, say(200, body))).HolderInfo(t.Context(), payer); !errors.Is(err, campay.ErrAnswer) || name != "" {
			t.Errorf("%s: %q, %v", body, name, err)
		}
	}
}

func TestHolderInfo_ThatCamPayDoesNotGive_IsRefused(t *testing.T) {
	t.Parallel()
	_, err := clientOf(t, serve(t, say(404, `{"detail":"Not found."}`))).HolderInfo(t.Context(), payer)
	if e := asError(t, err); e.Effect != campay.Refused || e.HTTPStatus != 404 || campay.IsNotFound(err) {
		t.Errorf("%+v", e)
	}
}

func TestHolderInfo_BoundsTheName(t *testing.T) {
	t.Parallel()
	name, err := clientOf(t, serve(t, say(200, `{"full_name":"`+strings.Repeat("é", 1000)+`"}`))).HolderInfo(t.Context(), payer)
	if n := len([]rune(name)); err != nil || n > 81 {
		t.Errorf("%d runes, %v", n, err)
	}
}

func TestHolderInfo_OfNoNumber_AsksNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"full_name":"x"}`))
	_, err := clientOf(t, s).HolderInfo(t.Context(), "237677123456&x=1")
	if !errors.Is(err, money.ErrPhone) || len(s.got("")) != 0 {
		t.Errorf("%v, %d requests", err, len(s.got("")))
	}
}
