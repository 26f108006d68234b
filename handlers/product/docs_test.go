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
	t.Parallel()
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

// declared is what the Go files of the project declare: names by their package,
// methods under their type and alone, tests by their names, and the files themselves.
type declared struct {
	packages map[string]bool
	names    map[string]bool // payments.Service, payments.Service.PayOut and payments.PayOut
	bare     map[string]bool // PayOut
	tests    []string
	files    []string
}

func readProject(t *testing.T) (d declared) {
	t.Helper()
	d.packages, d.names, d.bare = map[string]bool{}, map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != root && (name[0] == '.' || name == "node_modules" || name == "data") {
			return fs.SkipDir
		}
		in, err := filepath.Rel(root, path)
		if err != nil || entry.IsDir() {
			return err
		}
		d.files = append(d.files, "/"+filepath.ToSlash(in))
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		d.take(file, strings.HasSuffix(path, "_test.go"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *declared) take(file *ast.File, isTest bool) {
	in := file.Name.Name
	d.packages[in] = true
	add := func(of string, name *ast.Ident) { d.names[in+"."+of+name.Name], d.bare[name.Name] = true, true }
	for _, one := range file.Decls {
		switch one := one.(type) {
		case *ast.FuncDecl:
			add("", one.Name)
			if isTest && one.Recv == nil {
				d.tests = append(d.tests, one.Name.Name)
			}
			if one.Recv == nil {
				continue
			}
			of := one.Recv.List[0].Type
			if pointer, isPointer := of.(*ast.StarExpr); isPointer {
				of = pointer.X
			}
			if name, isName := of.(*ast.Ident); isName {
				add(name.Name+".", one.Name)
			}
		case *ast.GenDecl:
			for _, spec := range one.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add("", spec.Name)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						add("", name)
					}
				}
			}
		}
	}
}

var (
	spokenName = regexp.MustCompile(`^([a-z]+)\.[A-Za-z]+(\.[A-Za-z]+)?$`)
	spokenBare = regexp.MustCompile(`^[a-z]+[A-Z]\w*$`)
	spokenTest = regexp.MustCompile(`^((?:Test|Fuzz)[A-Z]\w*)…?(\w*)$`)
	spokenFile = regexp.MustCompile(`^\w[\w./-]*(\.(go|templ|sql|js|css)|/)$`) // or a folder
	fenced     = regexp.MustCompile("(?s)```.*?```")
)

// lacks tells what a code span speaks of that the project does not have; "" where
// that is nothing.
func (d declared) lacks(span string) string {
	isThere := func(file string) bool {
		if strings.HasSuffix(span, "/") {
			return strings.Contains(file, "/"+span)
		}
		return strings.HasSuffix(file, "/"+span)
	}
	m := spokenName.FindStringSubmatch(span)
	of := spokenTest.FindStringSubmatch(span)
	isMeant := func(name string) bool { return strings.HasPrefix(name, of[1]) && strings.HasSuffix(name, of[2]) }
	switch {
	case spokenFile.MatchString(span):
		if !slices.ContainsFunc(d.files, isThere) {
			return "no such file"
		}
	case m != nil && d.packages[m[1]] && !d.names[span] && !strings.HasSuffix(span, ".json"):
		return "no such name in package " + m[1]
	case spokenBare.MatchString(span) && !d.bare[span]:
		return "no such name in any package"
	case of != nil && !slices.ContainsFunc(d.tests, isMeant):
		return "no such test"
	}
	return ""
}

func TestDocs_NameOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	project := readProject(t)
	for _, name := range append(pages, filepath.Join(root, "CONTRIBUTING.md"), filepath.Join(root, "SECURITY.md")) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quotedName.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
			if wrong := project.lacks(m[1]); wrong != "" {
				t.Errorf("%s speaks of %s: %s; name it as it is called now", filepath.Base(name), m[1], wrong)
			}
		}
	}
}
