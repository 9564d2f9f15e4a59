package hub_test

import (
	"flag"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/internal/names"
)

const goldenFile = "testdata/data.golden"

var golden = flag.Bool("golden", false, "add what is new to "+goldenFile)

// Strings that are data are not renamed with the code around them: they stand
// in databases and browsers, and keys are derived from them.
func TestStringsThatAreDataStay(t *testing.T) {
	found := map[string]bool{}
	for _, spec := range hub.Sets() {
		found["set "+spec.Name] = true
	}
	for set, of := range hub.RecordTypes() {
		fieldsOf(found, "field "+set, of)
	}
	for _, key := range []string{names.KeyOfSeals, names.KeyOfForms, names.KeyOfSubjects, names.KeyOfNonces, names.KeyOfImports, names.KeyOfSecrets, names.KeyOfTyped, names.KeyOfRefresh} {
		found["derived key "+key] = true
	}
	for _, place := range []string{
		names.Stop("<kind>", "<id>"), names.Carried("<kind>"), names.Tie("<id>"), names.SigningKey("<kid>"), names.LoginKeySecret("<id>"), names.LoginKeySiteKey("<id>"),
		names.ClientSecret("<client>", "<secret>"), names.Notification("<id>"), names.SessionUpstream("<user>", "<key>"),
	} {
		found["sealed for "+place] = true
	}
	valuesOf(t, found)

	raw, err := os.ReadFile(goldenFile)
	if err != nil && !*golden {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		kept[strings.TrimSuffix(line, "\n")] = true
	}
	var news []string
	for _, line := range slices.Sorted(maps.Keys(found)) {
		if !kept[line] {
			news = append(news, line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(kept)) {
		if !found[line] {
			t.Errorf("%q is gone, and it is data: what an earlier hub wrote is no longer found or read. Put it back. "+
				"Only if an upgrade replaces it, or it never was stored, take its line out of hub/%s.", line, goldenFile)
		}
	}
	if len(news) > 0 && !*golden {
		t.Errorf("these are new, and stay for ever if they are stored; if that is right: go test ./hub -run %s -golden\n%s", t.Name(), strings.Join(news, "\n"))
	}
	if *golden && !t.Failed() {
		maps.Copy(kept, found)
		all := strings.Join(slices.Sorted(maps.Keys(kept)), "\n") + "\n"
		if err := os.WriteFile(goldenFile, []byte(all), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// fieldsOf finds the names of the fields of a record, at every depth.
func fieldsOf(found map[string]bool, at string, of reflect.Type) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		fieldsOf(found, at, of.Elem())
	case reflect.Struct:
		for f := range of.Fields() {
			name, options, _ := strings.Cut(f.Tag.Get("bson"), ",")
			switch {
			case !f.IsExported() || name == "-" || !strings.HasPrefix(of.PkgPath(), strings.TrimSuffix(module, "/")):
			case strings.Contains(options, "inline"):
				fieldsOf(found, at, f.Type)
			default:
				if name == "" {
					name = strings.ToLower(f.Name)
				}
				found[at+"."+name] = true
				fieldsOf(found, at+"."+name, f.Type)
			}
		}
	}
}

// valuesOf finds the values of all exported constants, which include enumerations
// and kinds of events. The names of the constants do not matter.
func valuesOf(t *testing.T, found map[string]bool) {
	t.Helper()
	for src := range program(t) {
		room, _, _ := strings.Cut(src.folder, "/")
		if !slices.Contains([]string{"hub", "clients", "federation", "internal"}, room) {
			continue
		}
		for _, d := range src.file.Decls {
			constants(found, d)
		}
	}
}

func constants(found map[string]bool, d ast.Decl) {
	group, ok := d.(*ast.GenDecl)
	if !ok || group.Tok != token.CONST {
		return
	}
	for _, spec := range group.Specs {
		spec := spec.(*ast.ValueSpec)
		for i, name := range spec.Names {
			if !name.IsExported() || i >= len(spec.Values) {
				continue
			}
			if literal, ok := spec.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if value, err := strconv.Unquote(literal.Value); err == nil && value != "" && !strings.HasSuffix(value, ".") {
					found["value "+value] = true
				}
			}
		}
	}
}
