package product

import (
	"os"
	"testing"
)

func TestKeys_FromEnvironmentOrFile(t *testing.T) {
	file := t.TempDir() + "/token"
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COMPTOIR_CAMPAY_TOKEN", "from the environment")
	t.Setenv("COMPTOIR_CAMPAY_WEBHOOK_KEY_FILE", file)
	s, err := KeysFromEnvironment()
	if err != nil || s.Token != "from the environment" || s.WebhookKey != "from a file" {
		t.Fatalf("%+v, %v", s, err)
	}
	t.Setenv("COMPTOIR_CAMPAY_WEBHOOK_KEY_FILE", file+".missing")
	if _, err := KeysFromEnvironment(); err == nil {
		t.Fatal("a missing file was no error")
	}
}
