package handlers

import (
	"reflect"
	"testing"

	"github.com/alexedwards/argon2id"
)

func TestPasswords_NobodysHash_CostsWhatEverybodysDoes(t *testing.T) {
	params, _, _, err := argon2id.DecodeHash(nobodysHash)
	if err != nil || !reflect.DeepEqual(params, passwordCost) {
		t.Fatalf("%+v, %v", params, err)
	}
	p := newPasswords()
	if ok, err := p.match(t.Context(), "nobody's password", ""); ok || err != nil {
		t.Fatalf("the password of nobody opens: %v, %v", ok, err)
	}
}
