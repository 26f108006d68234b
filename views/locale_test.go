package views_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"comptoir/views"
)

// message is one text of a locale by its plural forms; "" for a plain one.
type message map[string]string

// locale is a language's texts by their keys, and the file of each.
func locale(t *testing.T, name string) (texts map[string]message, fileOf map[string]string) {
	t.Helper()
	texts, fileOf = make(map[string]message), make(map[string]string)
	files, _ := filepath.Glob(filepath.Join("locales", name, "*.json"))
	for _, file := range files {
		in := json.NewDecoder(strings.NewReader(read(t, file)))
		for _, err := in.Token(); in.More(); { // after the opening brace
			token, errKey := in.Token()
			key, _ := token.(string)
			var value json.RawMessage
			if err = errors.Join(err, errKey, in.Decode(&value)); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if other, isTwice := fileOf[key]; isTwice {
				t.Errorf("%s stands in %s and in %s", key, other, file)
			}
			fileOf[key] = filepath.Base(file)
			var plain string
			if json.Unmarshal(value, &plain) == nil {
				texts[key] = message{"": plain}
				continue
			}
			var plural message
			if err := json.Unmarshal(value, &plural); err != nil {
				t.Fatalf("%s: %s: %v", file, key, err)
			}
			texts[key] = plural
		}
	}
	return texts, fileOf
}

// Who looks for a key finds its file by its first word, in both languages; each file is
// of one of the handlers' rooms.
func TestLocales_AKeysFirstWordTellsItsFile(t *testing.T) {
	fileOf := make(map[string]string)
	for _, language := range []string{"fr", "en"} {
		_, files := locale(t, language)
		for key, file := range files {
			if _, err := os.Stat(filepath.Join("..", "handlers", strings.TrimSuffix(file, ".json"))); err != nil {
				t.Fatalf("%s is in %s, which is no room: %v", key, file, err)
			}
			word, _, _ := strings.Cut(key, ".")
			if other := fileOf[word]; other != "" && other != file {
				t.Errorf("%s is in %s of %q; the other keys of %s are in %s", key, file, language, word, other)
				continue
			}
			fileOf[word] = file
		}
	}
}

func TestLocales_HaveTheSameKeysAndPlaceholders(t *testing.T) {
	fr, _ := locale(t, "fr")
	en, _ := locale(t, "en")
	for key := range fr {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is missing in English", key)
		}
	}
	for key, texts := range en {
		if _, ok := fr[key]; !ok {
			t.Errorf("%s is missing in French", key)
			continue
		}
		for form, text := range texts {
			if strings.TrimSpace(text) == "" || strings.TrimSpace(fr[key][form]) == "" {
				t.Errorf("%s is empty in one language", key)
			}
			if a, b := placeholders(text), placeholders(fr[key][form]); !slices.Equal(a, b) {
				t.Errorf("%s has %v in English and %v in French", key, a, b)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{{.*?}}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// family is a set of keys that code puts together: prefix, one of values, one
// of suffixes.
type family struct {
	prefix   string
	values   []string
	suffixes []string
}

// families are all those sets, their values read from the constants that the
// code has.
func families(t *testing.T) []family {
	kinds := constants(t, ".", "../store")
	states := kinds["state"]
	of := func(all []string, without ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return slices.Contains(without, v) })
	}
	months := make([]string, 12)
	for i := range months {
		months[i] = strconv.Itoa(i + 1)
	}
	title, titleText := []string{""}, []string{"", ".title", ".text"}
	ways := kinds["Way"]
	outStates := []string{"preparing", "pending", "reported", "unclear", "doubt", "done", "check", "undone", "refused", "said_sent", "said_kept"}
	ofEnds := of(kinds["SaleEnd"], "")
	ofLinks := []string{"active", "paused", "expired", "used_up", "archived"}
	inStates := of(states, append(append(ofLinks, ofEnds...), "done", "undone", "said_sent", "said_kept")...)
	linkStates := append(of(inStates, "said_in", "said_none"), ofLinks...)
	linkActs := []string{"archive", "pause", "replace", "restore", "resume"}
	return []family{
		{"month.", months, title},
		{"nav.", of(kinds["area"], ""), title},
		{"day.colour.", views.DayColours, title},
		{"role.", kinds["Role"], title},
		{"audit.act.", acts(t), title},
		{"audit.kind.", views.AuditKinds, title},
		{"audit.key.", views.AuditKeys, title},
		{"audit.said.", []string{"successful", "failed"}, title},
		{"kind.", of(kinds["Kind"], "refund"), title},
		{"settings.book.", []string{"sandbox", "demo", "production"}, title},
		{"field.book.", []string{"sandbox", "demo", "production"}, title},
		{"flash.", kinds["Flash"], title},
		{"problem.", append(kinds["Problem"], refusals(t)...), title},
		{"status.", states, title},
		{"transaction.", []string{"title.", "text."}, of(inStates, "paid_twice")},
		{"story.", each(ways, ".title.", ".text."), outStates},
		{"story.", each(ways, ".text."), []string{"untold"}},
		{"transaction.text.", []string{"untold"}, title},
		{"payout.title.", ways, title},
		{"payout.lead.", ways, title},
		{"payout.name.", ways, title},
		{"payout.short.", ways, title},
		{"payout.anew.", ways, title},
		{"review.lead.", ways, title},
		{"decide.", each([]string{"in.", "out."}, "text", "successful", "failed", "sure"), title},
		{"approval.state.", kinds["ApprovalState"], title},
		{"approval.title.", kinds["ApprovalState"], title},
		{"approval.text.", kinds["ApprovalState"], title},
		{"link.title.", linkStates, title},
		{"link.kind.", kinds["LinkKind"], title},
		{"link.kind.hint.", kinds["LinkKind"], title},
		{"link.amount.", kinds["AmountKind"], title},
		{"link.act.", linkActs, title},
		{"notices.result.", []string{"never", "sent", "refused", "unreachable"}, title},
		{"receipt.paper.", []string{"58", "80", "a5"}, title},
		{"poster.paper.", []string{"a4", "a5", "tent", "stickers"}, title},
		{"link.ask.", []string{"archive", "replace"}, title},
		{"link.do.", []string{"archive", "replace"}, title},
		{"link.text.", linkStates, title},
		{"link.no_code.", append(of(kinds["LinkStop"], ""), ofEnds...), title},
		{"sale.title.", ofEnds, title},
		{"customer.title.", kinds["customerState"], title},
		{"customer.text.", kinds["customerState"], title},
		{"group.", kinds["Group"], []string{"", ".text"}},
		{"lone.", kinds["alone"], title},
		{"history.", []string{"successful", "failed", "open"}, title},
		{"failure.", kinds["failure"], title},
		{"flag.", kinds["Flag"], []string{".title", ".money", ".do"}},
		{"flag.", []string{"currency_untold"}, []string{".title", ".money", ".do"}},
		{"flag.out.", []string{"underpaid", "overpaid", "currency", "paid_twice", "moved_final", "mismatch", "amount_unknown", "unknown_word", "currency_untold"}, []string{".title", ".money", ".do"}},
		{"reach.", of(kinds["Reach"], ""), title},
		{"error.", kinds["ErrorKind"], []string{".what", ".money", ".do"}},
		{"outcome.", append(of(kinds["Outcome"], "", "refused"), "waiting"), titleText},
		{"outcome.", []string{"refused"}, title},
		{"why.", kinds["Why"], titleText[1:]},
		{"verdict.", kinds["Verdict"], title},
		{"batch.skipped.", kinds["Skipped"], title},
		{"filter.", append(of(kinds["Status"], "unsent", "waiting"), kinds["Verdict"]...), title},
		{"origin.", kinds["Origin"], title},
		{"event.successful.", ways, title},
		{"event.from.", kinds["EventKind"], title},
		{"event.", append(notes(t), constants(t, "../campay/payments")["endNote"]...), title},
		{"styleguide.", specimens(t), title},
	}
}

// each is every value with every suffix.
func each(values []string, suffixes ...string) (all []string) {
	for _, value := range values {
		for _, suffix := range suffixes {
			all = append(all, value+suffix)
		}
	}
	return all
}

// constants are the values of the string constants in folders, by their type.
var refusedAs = regexp.MustCompile(`refusal\.New\([^,()]*, "([a-z_]+)"|Code: +"([a-z_]+)"`)

// refusals are the codes with which payments and the screens say no.
func refusals(t *testing.T) []string {
	t.Helper()
	codes := constants(t, "../campay/payments")["Rule"]
	for _, pattern := range []string{"../campay/payments/*.go", "../handlers/*/*.go"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, m := range refusedAs.FindAllStringSubmatch(read(t, name), -1) {
				codes = append(codes, m[1]+m[2])
			}
		}
	}
	if len(codes) < 40 {
		t.Fatalf("only %d refusals found: does the pattern still fit?", len(codes))
	}
	return append(codes, "refused_silently", "not_sent", "not_sent_silently") // put together
}

func constants(t *testing.T, folders ...string) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok || len(spec.Values) != 1 {
					return true
				}
				kind, isNamed := spec.Type.(*ast.Ident)
				value, isLiteral := spec.Values[0].(*ast.BasicLit)
				if isNamed && isLiteral && value.Kind == token.STRING {
					text, _ := strconv.Unquote(value.Value)
					found[kind.Name] = append(found[kind.Name], text)
				}
				return true
			})
		}
	}
	return found
}

var (
	told     = regexp.MustCompile(`(?s)(?:\.record|\.recordOnce|\.reschedule|event)\([^"]*?"([a-z_]+)"`)
	judged   = regexp.MustCompile(`(?:note = |return )"([a-z_]+)"`)
	specimen = regexp.MustCompile(`@specimen\("(\w+)"\)`)
)

// notes are what the payments say of the events that they write down.
func notes(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{"successful": true, "failed": true} // a note that is the status itself
	files, _ := filepath.Glob("../campay/payments/*.go")
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source := read(t, name)
		for _, pattern := range []*regexp.Regexp{told, judged} {
			for _, m := range pattern.FindAllStringSubmatch(source, -1) {
				found[m[1]] = true
			}
		}
	}
	if len(found) < 10 {
		t.Fatalf("only %d notes found in the payments: does the pattern still fit?", len(found))
	}
	return slices.Collect(maps.Keys(found))
}

var (
	acted  = regexp.MustCompile(`(?:Did\(|(?:act|entry)\{)[^"}]*"([a-z_]+\.[a-z_]+)"`)
	ruled  = regexp.MustCompile(`"((?:payout_rules|person|pin)\.[a-z_]+)"`)
	export = regexp.MustCompile(`SendCSV\(c, .*"([a-z]+)", func`)
)

// acts are what the audit log is told.
func acts(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, pattern := range []string{"../campay/payments/*.go", "../handlers/*.go", "../handlers/*/*.go"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source := read(t, name)
			for _, m := range slices.Concat(acted.FindAllStringSubmatch(source, -1), ruled.FindAllStringSubmatch(source, -1)) {
				found[m[1]] = true
			}
			for _, m := range export.FindAllStringSubmatch(source, -1) {
				found["export."+m[1]] = true
			}
		}
	}
	for _, state := range constants(t, "../store")["ApprovalState"] {
		if state != "waiting" {
			found["payout."+state] = true
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d acts found: do the patterns still fit?", len(found))
	}
	return slices.Collect(maps.Keys(found))
}

func specimens(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, m := range specimen.FindAllStringSubmatch(read(t, "styleguide.templ"), -1) {
		names = append(names, m[1])
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// sources are the files that name keys: what people write, not what templ makes.
func sources(t *testing.T) string {
	t.Helper()
	templs, _ := filepath.Glob("*.templ")
	gos, _ := filepath.Glob("*.go")
	var all strings.Builder
	for _, name := range append(templs, gos...) {
		if !strings.HasSuffix(name, "_templ.go") && !strings.HasSuffix(name, "_test.go") {
			all.WriteString(read(t, name))
		}
	}
	return all.String()
}

var (
	wholeKey  = regexp.MustCompile(`"([a-z_]+(?:\.[a-z0-9_]+)+)"`)
	directKey = regexp.MustCompile(`T\(ctx, "([^"]+)"[,)]`)
	prefixKey = regexp.MustCompile(`"([a-z_]+(?:\.[a-z_]+)*\.)"\s*\+`)
)

// usedKeys are the keys that the code can ask for.
func usedKeys(t *testing.T, known map[string]message) map[string]bool {
	t.Helper()
	code, used := sources(t), make(map[string]bool)
	for _, m := range directKey.FindAllStringSubmatch(code, -1) {
		used[m[1]] = true
	}
	areas := make(map[string]bool)
	for key := range known {
		areas[strings.SplitN(key, ".", 2)[0]] = true
	}
	for _, m := range wholeKey.FindAllStringSubmatch(code, -1) {
		if areas[strings.SplitN(m[1], ".", 2)[0]] {
			used[m[1]] = true
		}
	}
	prefixes := make(map[string]bool)
	for _, f := range families(t) {
		prefixes[f.prefix] = true
		for _, value := range f.values {
			for _, suffix := range f.suffixes {
				used[f.prefix+value+suffix] = true
			}
		}
	}
	for _, m := range prefixKey.FindAllStringSubmatch(code, -1) {
		if areas[strings.SplitN(m[1], ".", 2)[0]] && !prefixes[m[1]] {
			t.Errorf("keys that begin with %q are put together, and no family of this test covers them", m[1])
		}
	}
	return used
}

func TestLocales_EveryKeyThatIsUsedIsThere(t *testing.T) {
	known, _ := locale(t, "fr")
	for key := range usedKeys(t, known) {
		if _, ok := known[key]; !ok {
			t.Errorf("%s is used and in no locale", key)
		}
	}
}

func TestLocales_EveryKeyThatIsThereIsUsed(t *testing.T) {
	known, _ := locale(t, "fr")
	used := usedKeys(t, known)
	for key := range known {
		// A field's hint is shown where a locale has one.
		if !used[key] && !used[strings.TrimSuffix(key, ".hint")] {
			t.Errorf("%s is in the locales and nothing uses it", key)
		}
	}
}

func TestT_CountsAsTheLanguageDoes(t *testing.T) {
	for count, want := range map[int]string{0: "0 paiement", 1: "1 paiement", 2: "2 paiements", 1_000_000: "1000000 paiements"} {
		if got := views.T(french, "takings.count", "Count", count); got != want {
			t.Errorf("%d in French: %q, want %q", count, got, want)
		}
	}
	if got := views.T(english, "takings.count", "Count", 0); got != "0 payments" {
		t.Errorf("none in English: %q", got)
	}
}

func TestT_AnUnknownKeyComesBackAsItIs(t *testing.T) {
	if got := views.T(french, "no.such_key"); got != "no.such_key" {
		t.Errorf("got %q", got)
	}
}
