package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// before are the older names of commands, which scripts use.
var before = map[string]string{"key": "provider", "server": "hub", "client token": "client initial-access-token"}

// commandTable is the table of commands as kong reads it.
func commandTable(t *testing.T) *kong.Node {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("fedhub"))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model.Node
}

// A spelling is a command by its name and by an older name.
type spelling struct{ now, before []string }

// spellings are all commands below a node, each by every older name.
func spellings(node *kong.Node, now, old []string) []spelling {
	all := []spelling{{now, old}}
	for _, child := range node.Children {
		for _, name := range append([]string{child.Name}, child.Aliases...) {
			all = append(all, spellings(child, append(slices.Clone(now), child.Name), append(slices.Clone(old), name))...)
		}
	}
	return all
}

func (s spelling) renamed() bool { return !slices.Equal(s.now, s.before) }

func TestACommandAnswersByItsOldName(t *testing.T) {
	found := map[string]string{}
	// Codes, secrets and times, which differ from run to run.
	random := regexp.MustCompile(`fh[a-z]+_\S+|until [^.]+? and is|until [^,]+, \d\d:\d\d|"?\d{4}-\d\d-\d\dT[^",]+`)
	for _, command := range spellings(commandTable(t), nil, nil) {
		if !command.renamed() {
			continue
		}
		now, old := strings.Join(command.now, " "), strings.Join(command.before, " ")
		if parent := before[old]; parent != "" {
			found[old] = now
		}
		for _, more := range [][]string{{"--help"}, nil, {"--json"}, {"nothing"}, {"nothing", "--yes"}, {"--nonsense"}} {
			type answer struct {
				out, err string
				code     int
			}
			ask := func(words []string) answer {
				s := newShell(t)
				s.run(append(slices.Clone(words), more...)...)
				return answer{random.ReplaceAllString(s.out, "…"), s.err, s.code}
			}
			if got, want := ask(command.before), ask(command.now); got != want {
				t.Errorf("fedhub %s %s: got %+v, want %+v", old, more, got, want)
			}
		}
	}
	if !maps.Equal(found, before) {
		t.Errorf("old names: got %v, want %v", found, before)
	}
}

func TestAnOldNameIsShownNowhere(t *testing.T) {
	s := newShell(t)
	for _, command := range spellings(commandTable(t), nil, nil) {
		s.run(append(slices.Clone(command.before), "--help")...)
		if s.code != 0 {
			t.Errorf("fedhub %s --help: exit code %d, %s", strings.Join(command.before, " "), s.code, s.err)
		}
		shown := s.out
		s.run(append(slices.Clone(command.before), "--nonsense")...)
		shown += s.err
		for old := range before {
			last := old[strings.LastIndex(old, " ")+1:]
			// In a usage line or an error, in a list of commands, or as kong shows aliases.
			word := regexp.MustCompile(`fedhub\s+` + old + `\b|(?m:^  ` + old + `  )|\(` + last + `\)|commands are.* ` + last + `[,;]`)
			if at := word.FindString(shown); at != "" {
				t.Errorf("fedhub %s shows the old name %q (%q):\n%s", strings.Join(command.before, " "), old, at, shown)
			}
		}
	}
}

func TestAWordNearAnOldNamePointsToTheNewOne(t *testing.T) {
	s := newShell(t)
	s.run("kye", "list").fails(2, "unexpected argument kye", `did you mean "provider"?`)
	s.run("servr", "list").fails(2, `did you mean one of "serve", "hub"?`)
	s.run("client", "tokn").fails(2, "unexpected argument tokn", `did you mean "initial-access-token"?`, "see fedhub client --help")
	s.run("key", "lst").fails(2, "unexpected argument lst", `did you mean "list"?`, "see fedhub provider --help")
	for _, wrong := range [][]string{{"kye"}, {"servr"}, {"client", "tokn"}, {"key", "lst"}} {
		for _, old := range []string{`"key"`, `"server"`, `"token"`, " key,", " server,", " token,"} {
			if s.run(wrong...); strings.Contains(s.err, old) {
				t.Errorf("fedhub %s: the error names %s: %s", strings.Join(wrong, " "), old, s.err)
			}
		}
	}
}
