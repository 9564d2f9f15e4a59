package locales

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/texts"
)

// bait is an argument that would be a tag, an action or the end of an attribute
// if it ever became part of a message's source.
const bait = `<b>{{.X}}"'<1>`

func baited(names []string) (pairs []any) {
	for _, name := range names {
		if name == "count" {
			pairs = append(pairs, name, 3)
		} else {
			pairs = append(pairs, name, bait)
		}
	}
	return pairs
}

var numbers = regexp.MustCompile(`<([1-9])/?>`)

func TestAnArgumentIsNeverPartOfAMessagesSource(t *testing.T) {
	for _, w := range everyWords() {
		for id, names := range w.Args() {
			text, err := w.Text(id, baited(names)...)
			if err != nil {
				t.Errorf("%s: %v", id, err)
				continue
			}
			wants := len(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "count" })) > 0
			if got := strings.Contains(text, bait); got != wants {
				t.Errorf("%s: got %q", id, text)
			}
		}
	}
}

// everyWords are those of every language, and the pseudo ones.
func everyWords() []*Words {
	all := []*Words{Pseudo()}
	for _, l := range Offered() {
		all = append(all, l.Words())
	}
	return all
}

func TestEveryMessageThatCountsCountsOne(t *testing.T) {
	for _, w := range everyWords() {
		for id, names := range English().Args() {
			if !slices.Contains(names, "count") {
				continue
			}
			for _, count := range []int{0, 1, 2, 3, 11, 100, 1_000_000} {
				pairs := append(baited(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "count" })), "count", count)
				if text, err := w.Text(id, pairs...); err != nil {
					t.Errorf("%s: %s of %d: got %q, %v", w.Lang(), id, count, text, err)
				}
			}
		}
	}
}

func TestTheNumbersOfAMessageCountUp(t *testing.T) {
	for id, names := range English().Args() {
		text, err := English().Text(id, baited(names)...)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, m := range numbers.FindAllStringSubmatch(strings.ReplaceAll(text, bait, ""), -1) {
			want = append(want, m[1])
		}
		slices.Sort(want)
		for i, n := range want {
			if n != strconv.Itoa(i+1) {
				t.Errorf("%s has the numbers %v", id, want)
			}
		}
		parts, err := English().Parts(id, len(want), baited(names)...)
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
		for _, p := range parts {
			if strings.Contains(p.Text, shield) {
				t.Errorf("%s: an argument is still shielded in %q", id, p.Text)
			}
		}
	}
}

func TestAMessageWithAnotherNumberOfPartsIsAnError(t *testing.T) {
	for _, count := range []int{0, 2} {
		if parts, err := English().Parts("traces.off", count); err == nil {
			t.Errorf("with %d parts got %v", count, parts)
		}
	}
}

func TestWhatTheProgramForgetsIsAnError(t *testing.T) {
	for _, pairs := range [][]any{{}, {"hub"}, {1, "x"}, {"page", "x"}} {
		if text, err := English().Text("shells.title", pairs...); err == nil {
			t.Errorf("%v gave %q", pairs, text)
		}
	}
	if text, err := English().Text("no.such.message"); err == nil {
		t.Errorf("a message that there is none of is %q", text)
	}
}

func TestASentenceOfARule(t *testing.T) {
	w := English()
	for _, tt := range []struct {
		code string
		args map[string]string
		want string
	}{
		{"settings.consent.bad", nil, "Choose when users are asked for consent: every time (Force) or when needed (Auto)."},
		{"provider.choice.bad", map[string]string{"one": "form", "other": "{{.one}}"}, `Choose "form" or "{{.one}}", or leave this empty.`},
		{"error", map[string]string{"@cause": "provider.choice.bad", "@cause/one": "form", "@cause/@other": "error", "@cause/@other/cause": "query"}, `Choose "form" or "query", or leave this empty.`},
		{"error", map[string]string{"@cause": "a.newer.code"}, "a.newer.code"},
		{"error", nil, ""},
		{"a.newer.code", map[string]string{"one": "form"}, "a.newer.code"},
	} {
		if got := w.Sentence(tt.code, tt.args); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
		}
	}
}

func TestOneIsNotMany(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "1 second", time.Second: "1 second", 90 * time.Second: "2 minutes", 25 * time.Hour: "2 days", 24 * time.Hour: "1 day",
	} {
		if got, err := English().Span(d); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", d, got, want, err)
		}
	}
}

func TestTimesAreSaidByMessages(t *testing.T) {
	noon := time.Date(2026, 3, 14, 12, 5, 9, 0, time.FixedZone("", 7200))
	for want, text := range map[string]Text{
		"14 Mar 2026": OnDay(noon), "14 Mar 2026, 10:05 UTC": AtMinute(noon), "10:05:09 UTC": AtSecond(noon),
		"0 ms": Took(-time.Second), "12 ms": Took(12 * time.Millisecond), "1.5 s": Took(1500 * time.Millisecond), "1 min 1 s": Took(61 * time.Second),
		"The user has a session since 14 Mar 2026, 10:05 UTC.": Of(texts.New("trace.session", "begun", noon.Format(time.RFC3339))),
		"The user has a session since 14 Mar 2026.":            Of(texts.New("trace.session", "begun", noon)),
		"The user has a session since a while.":                Of(texts.New("trace.session", "begun", "a while")),
	} {
		if got := text.English(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestATextIsAMessageOrWhatIsStored(t *testing.T) {
	for _, tt := range []struct {
		text Text
		want string
	}{
		{Text{}, ""},
		{Stored("Ada & <b>"), "Ada & <b>"},
		{Say("span.days", "count", 2), "2 days"},
		{Of(texts.New("settings.consent.bad")), "Choose when users are asked for consent: every time (Force) or when needed (Auto)."},
		{Of(texts.Text{}), ""},
		{Stored("One.").Then(Text{}).Then(Stored("Two.")), "One. Two."},
		{Say("shells.title", "page", Say("span.days", "count", 1), "hub", "HQ"), "1 day – HQ"},
	} {
		got, err := tt.text.In(English())
		if err != nil || got != tt.want || tt.text.IsZero() != (tt.want == "") {
			t.Errorf("got %q, want %q (%v)", got, tt.want, err)
		}
	}
}

func TestATextOfAPageIsKeptAsItsCode(t *testing.T) {
	for want, text := range map[string]Text{
		"":                                      {},
		"settings.consent.bad":                  Of(texts.New("settings.consent.bad")),
		"error[cause:Ada]":                      Stored("Ada"),
		"away.isnt-answering[name:Head Office]": Say("away.isnt-answering", "name", "Head Office"),
		"trace.saw[@page:away.isnt-answering @page/@name:error @page/@name/cause:HQ]": Of(texts.New("trace.saw", "page", Say("away.isnt-answering", "name", Stored("HQ")))),
	} {
		if got := text.Kept().String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestThePseudoCatalogueKeepsArgumentsAndParts(t *testing.T) {
	if got, want := disguise("Add <1>{{.email}}</1> now"), "⟦Ådd <1>{{.email}}</1> ñöw~~~⟧"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := disguise("{{.count}}"); got != "{{.count}}" {
		t.Errorf("got %q", got)
	}
}

// A name in Latin letters inside of an Arabic sentence is a piece of its own; a
// link that is to be copied has nothing around it.
func TestArgumentsAreIsolatedFromRightToLeft(t *testing.T) {
	arabic, ok := Find("ar")
	if !ok {
		t.Fatal("Arabic is not offered")
	}
	for want, text := range map[string]Text{
		"المتابعة إلى \u2068Payroll (EU)\u2069": Say("continue.continue-button", "ask", "Payroll (EU)"),
		"المتابعة إلى \u2068Payroll\u2069":      Say("continue.continue-button", "ask", Stored("Payroll")),
		"المتابعة إلى https://id.example.org/x": Say("continue.continue-button", "ask", "https://id.example.org/x"),
		"14 مارس 2026، \u206610:05 UTC\u2069":   AtMinute(time.Date(2026, 3, 14, 10, 5, 0, 0, time.UTC)), // a month is a word of the language
		"الانتقال إلى \u2068<b>\u2069":          Say("errorpages.go-to", "hostport", Stored("<b>")),
	} {
		if got, err := text.In(arabic); err != nil || got != want {
			t.Errorf("got %q, want %q (%v)", got, want, err)
		}
	}
	parts, err := Say("verify.lead-2", "email", "ada@example.org").Parts(arabic, 1)
	if err != nil || len(parts) != 3 || parts[1] != (Part{1, "\u2068ada@example.org\u2069"}) {
		t.Errorf("got %v (%v)", parts, err)
	}
	if german, _ := Find("de"); german.isolate("Payroll") != "Payroll" {
		t.Error("German isolates")
	}
}

func TestTheDirectionIsThatOfTheScript(t *testing.T) {
	if w, _ := Find("ar-EG"); w.Lang() != "ar" || w.Dir() != "rtl" {
		t.Errorf("Arabic is %s, %s", w.Lang(), w.Dir())
	}
	if w := English(); w.Lang() != "en" || w.Dir() != "ltr" {
		t.Errorf("English is %s, %s", w.Lang(), w.Dir())
	}
}
