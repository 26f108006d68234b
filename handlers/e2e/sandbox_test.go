package e2e

// The sandbox that stands alone.

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var printedKeys = regexp.MustCompile(`(?s)API +(\S+)\n +token +(\S+)\n.*webhook key +(\S+)\n`)

// sandboxAlone runs `comptoir sandbox` while do looks at what it printed.
func sandboxAlone(t *testing.T, state string, do func(api, token, webhookKey string)) {
	t.Helper()
	printed, stop := start(t, watched, "\n\n", "sandbox", "--listen", "127.0.0.1:0", "--state", state, "--link-alone", "--second-try", "same")
	keys := printedKeys.FindStringSubmatch(printed)
	if keys == nil {
		t.Fatalf("it printed %q", printed)
	}
	do(keys[1], keys[2], keys[3])
	stop()
}

func TestSandboxCommand_WithState_KeepsKeysAndLedger_AndItsSwitchesHold(t *testing.T) {
	state := filepath.Join(t.TempDir(), "sandbox.json")
	call := func(method, address, token, body string) (answer map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "token "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s answered %d: %v", address, res.StatusCode, err)
		}
		return answer
	}
	var first, firstKey string
	var reference any
	sandboxAlone(t, state, func(api, token, key string) {
		first, firstKey = token, key
		reference = call(http.MethodPost, api+"collect/", token, `{"amount":"5","from":"237677123456"}`)["reference"]
		if link := call(http.MethodPost, api+"get_payment_link/", token, `{"amount":"5"}`); len(link) != 1 || link["link"] == nil {
			t.Errorf("the link is %v", link)
		}
	})
	sandboxAlone(t, state, func(api, token, key string) {
		if token != first || key != firstKey {
			t.Errorf("other keys: %s %s after %s %s", token, key, first, firstKey)
		}
		if got := call(http.MethodGet, api+"transaction/"+reference.(string)+"/", first, ""); got["reference"] != reference {
			t.Errorf("%v", got)
		}
	})
}

func TestSandboxCommand_HeadersWithoutEnd_AreRefused(t *testing.T) {
	sandboxAlone(t, filepath.Join(t.TempDir(), "sandbox.json"), func(api, _, _ string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Long", strings.Repeat("x", 100<<10))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return // it hung up
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("answered %d", res.StatusCode)
		}
	})
}
