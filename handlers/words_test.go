package handlers

// The words that all floors speak have a type, and are compared in its package.

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestWords_OfMoneyOperatorsBooksAndRoles_AreWrittenInTheirPackageAlone(t *testing.T) {
	t.Parallel()
	rules := map[*regexp.Regexp][]string{
		regexp.MustCompile(`"(MTN|ORANGE)"`):                                     {"campay/money/phone.go"},
		regexp.MustCompile(`"(MOMO|CARD|MOMO,CARD)"`):                            {"campay/money/payment_options.go"},
		regexp.MustCompile(`\bmoney\.XAF\(`):                                     {"campay/payments/fee.go", "campay/sandbox/fees.go", "campay/sandbox/lookups.go"}, // reckoned there
		regexp.MustCompile(`time\.(FixedZone|LoadLocation)\(`):                   {"campay/money/day.go"},
		regexp.MustCompile(`"(sandbox|demo|production)"`):                        {"store/book.go", "views/audit_words.go", "views/layout.templ"},
		regexp.MustCompile(`[=!]= (store\.)?Role(Owner|Cashier|Accountant)\b`):   {"store/users.go"},
		regexp.MustCompile(`case (store\.)?Role(Owner|Cashier|Accountant)\b.*:`): {"store/users.go"},
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
		isSource := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_templ.go") && !strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".templ")
		if err != nil || entry.IsDir() || !isSource {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for word, allowed := range rules {
			found := word.FindString(string(text))
			if found == "" {
				continue
			}
			may := false
			for _, file := range allowed {
				may = may || file == name
			}
			if !may {
				t.Errorf("%s writes %s: use the type's constants and predicates", name, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
