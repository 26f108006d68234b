package product

// The pages of docs/ that name the code speak of the code that is there.

import (
	"database/sql"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"comptoir/store"
)

const root = "../.."

// packageOf reads one folder's package, without its tests.
func packageOf(t *testing.T, folder string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset, files := token.NewFileSet(), []*ast.File(nil)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "comptoir/"+folder)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// packagesUnder are the folders with Go in them, those of tests' parts left out.
func packagesUnder(t *testing.T, folders ...string) (all []string) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			if name := entry.Name(); name == "testdata" || strings.HasSuffix(name, "test") {
				return fs.SkipDir
			}
			if found, _ := filepath.Glob(filepath.Join(path, "*.go")); len(found) > 0 {
				in, err := filepath.Rel(root, path)
				all = append(all, filepath.ToSlash(in))
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// columnsOf are the columns of each table of a book, as the migrations leave it.
func columnsOf(t *testing.T) map[string][]string {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir, store.Options{Book: store.Sandbox})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		columns[table] = append(columns[table], column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return columns
}

var (
	glossaryLine = regexp.MustCompile("(?m)^\\| `([a-z]+\\.[A-Za-z]+)` \\| (.+) \\| (.+) \\| (.+) \\|$")
	quotedName   = regexp.MustCompile("`([^`]+)`")
)

func TestGlossary_HasEachExportedType_AndNothingElse(t *testing.T) {
	lines := map[string]string{} // what each keeps where, by its term
	for _, m := range glossaryLine.FindAllStringSubmatch(page(t, "glossary.md"), -1) {
		if _, isTwice := lines[m[1]]; isTwice {
			t.Errorf("docs/glossary.md has two lines of %s", m[1])
		}
		lines[m[1]] = m[4]
	}
	exported := map[string]bool{}
	for _, folder := range packagesUnder(t, "campay/money", "campay/payments", "store") {
		p := packageOf(t, folder)
		for _, of := range p.Types {
			term := p.Name + "." + of.Name
			if exported[term] = true; lines[term] == "" {
				t.Errorf("docs/glossary.md lacks %s: add, with CamPay's word and the table where it has them,\n%s", term,
					fmt.Sprintf("| `%s` | %s | – | – |", term, strings.TrimSuffix(p.Synopsis(of.Doc), ".")))
			}
		}
	}
	columns := columnsOf(t)
	for term, kept := range lines {
		if !exported[term] {
			t.Errorf("docs/glossary.md has a line of %s, which no package exports: rename or delete it", term)
		}
		for _, m := range quotedName.FindAllStringSubmatch(kept, -1) {
			table, column, _ := strings.Cut(m[1], ".")
			if all, isTable := columns[table]; !isTable || column != "" && !slices.Contains(all, column) {
				t.Errorf("docs/glossary.md says that %s is kept in %s, which is not there", term, m[1])
			}
		}
	}
}
