package product

// The keys to CamPay come by the environment or by files that it names, and by no
// flag: a command line is everybody's to read.

import (
	"fmt"
	"os"
	"strings"

	"comptoir/store"
)

// KeysFromEnvironment reads the keys to CamPay that the environment holds.
func KeysFromEnvironment() (k store.CamPayKeys, err error) {
	for _, v := range []struct {
		name string
		to   *string
	}{
		{"COMPTOIR_CAMPAY_TOKEN", &k.Token},
		{"COMPTOIR_CAMPAY_USERNAME", &k.Username},
		{"COMPTOIR_CAMPAY_PASSWORD", &k.Password},
		{"COMPTOIR_CAMPAY_WEBHOOK_KEY", &k.WebhookKey},
	} {
		if *v.to, err = secret(v.name); err != nil {
			return k, err
		}
	}
	return k, nil
}

// secret reads an environment variable, or the file that NAME_FILE names.
func secret(name string) (string, error) {
	file := os.Getenv(name + "_FILE")
	if file == "" {
		return os.Getenv(name), nil
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(b)), nil
}
