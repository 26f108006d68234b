package e2e

// What screen readers and people with weak eyes need, by axe-core (installed by
// .ci/setup): WCAG 2.2 AA, on every picture of TestScreens, in both themes.

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe is the script of axe-core.
var axe = sync.OnceValues(func() (string, error) {
	script, err := os.ReadFile("../../.ci/npm/node_modules/axe-core/axe.min.js")
	return string(script), err
})

// violation is a rule that a page breaks, and where.
type violation struct {
	ID    string
	Help  string
	Where []string
}

// runAxe is told the rules: of another theme only the colours are new.
const runAxe = `(async () => {
  const found = await axe.run(document, { runOnly: %s, resultTypes: ['violations'] })
  return found.violations.map(v => ({ ID: v.id, Help: v.help, Where: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' | ' + n.failureSummary.slice(0, 200)) }))
})()`

// excused are the rules that a page may break: the style guide shows a part of a
// page twice, and the sandbox's phone, which has no script, has to notice what
// arrives.
var excused = map[string]string{"styleguide": "landmark-unique", "sandbox-phone": "meta-refresh"}

// isAccessible has axe-core look at the page, in light and in dark.
func (v *visitor) isAccessible(where string) {
	v.t.Helper()
	script, err := axe()
	if err != nil {
		v.t.Fatalf("run make setup first: %v", err)
	}
	act(v, chromedp.Evaluate[chromedp.Void](script))
	for scheme, rules := range map[string]string{
		"light": `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`,
		"dark":  `{ type: 'rule', values: ['color-contrast'] }`,
	} {
		v.scheme(scheme)
		var broken []violation
		if err := json.Unmarshal(act(v, chromedp.Evaluate[[]byte](fmt.Sprintf(runAxe, rules), chromedp.EvalAwaitPromise)), &broken); err != nil {
			v.t.Fatal(err)
		}
		for _, b := range broken {
			if excused[where] == b.ID {
				continue
			}
			v.t.Errorf("%s, %s: %s: %s\n%s", where, scheme, b.ID, b.Help, fmt.Sprint(b.Where))
		}
	}
}

// scheme is the colour scheme that the visitor likes, without motion.
func (v *visitor) scheme(name string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	}); err != nil {
		v.t.Fatal(err)
	}
}
