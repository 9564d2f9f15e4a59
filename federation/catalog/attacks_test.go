package catalog_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// Every provider of the list, against what any of them could answer one day.
func TestNoProviderSignsInAnybodyWithABadAnswer(t *testing.T) {
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		profile := string(r.Answers[1].Body)
		id := func(value string) string { return replaced(t, r, value) }
		for name, row := range map[string]struct {
			status     int
			kind, body string
			want       federation.FaultKind
		}{
			"FE-25 nothing":             {200, "application/json", `{}`, federation.Untrusted},
			"FE-25 no id":               {200, "application/json", id(""), federation.Untrusted},
			"FE-25 an id that is null":  {200, "application/json", id("null"), federation.Untrusted},
			"FE-25 an id that is 0":     {200, "application/json", id("0"), federation.Untrusted},
			"FE-25 an id that is \"0\"": {200, "application/json", id(`"0"`), federation.Untrusted},
			"FE-25 an id that is empty": {200, "application/json", id(`""`), federation.Untrusted},
			"FE-25 a fraction":          {200, "application/json", id("1.5"), federation.Untrusted},
			"FE-25 an exponent":         {200, "application/json", id("1e3"), federation.Untrusted},
			"FE-25 an object":           {200, "application/json", id(`{"id":7}`), federation.Untrusted},
			"FE-12 an id of 10 KB":      {200, "application/json", id(`"` + strings.Repeat("x", 10<<10) + `"`), federation.Untrusted},
			"FE-12 control characters":  {200, "application/json", id(`"a\u0000b"`), federation.Untrusted},
			"FE-25 HTML":                {200, "text/html", "<html>" + profile, federation.Untrusted},
			"FE-25 JSON as HTML":        {200, "text/html", profile, federation.Untrusted},
			"FE-40 an array":            {200, "application/json", "[" + profile + "]", federation.Untrusted},
			"FE-40 two documents":       {200, "application/json", profile + profile, federation.Untrusted},
			"FE-40 deep":                {200, "application/json", strings.Repeat(`{"a":`, 100000), federation.Untrusted},
			"FE-40 null":                {200, "application/json", "null", federation.Untrusted},
			"a no":                      {401, "application/json", profile, federation.Untrusted},
			"a breakdown":               {503, "text/plain", "", federation.Unreachable},
		} {
			s := newStage(t, entry, r)
			s.begin()
			s.instead = func(r *http.Request) *http.Response {
				if len(s.seen) == 2 {
					return respond(r, row.status, row.kind, row.body)
				}
				return nil
			}
			if got, err := s.finish(); federationtest.Fault(err) != row.want || got.Subject != "" {
				t.Errorf("%s: got %q and %v, want %s", name, got.Subject, err, row.want)
			}
		}
	})
}

// replaced is the recorded profile with another id, written as JSON; "" leaves
// it out.
func replaced(t *testing.T, r recording, value string) string {
	var profile any
	if err := json.Unmarshal(r.Answers[1].Body, &profile); err != nil {
		t.Fatal(err)
	}
	steps := strings.Split(r.SubjectAt, ".")
	at := profile
	for _, step := range steps[:len(steps)-1] {
		switch inner := at.(type) {
		case map[string]any:
			at = inner[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil {
				t.Fatal(err)
			}
			at = inner[i]
		}
	}
	last := steps[len(steps)-1]
	if at.(map[string]any)[last] == nil {
		t.Fatalf("there is nothing at %s", r.SubjectAt)
	}
	if value == "" {
		delete(at.(map[string]any), last)
	} else {
		at.(map[string]any)[last] = json.RawMessage(value)
	}
	text, err := json.Marshal(profile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// FE-36, FE-38: at the token endpoint and after it.
func TestNoProviderLeadsElsewhereOrFloods(t *testing.T) {
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		for step := 1; step <= 2; step++ {
			for name, attack := range map[string]func(*http.Request) *http.Response{
				"a redirect": func(r *http.Request) *http.Response {
					to := respond(r, http.StatusTemporaryRedirect, "text/plain", "")
					to.Header.Set("Location", "http://169.254.169.254/latest/meta-data/")
					return to
				},
				"1 GB": func(r *http.Request) *http.Response {
					flood := respond(r, 200, "application/json", "")
					flood.Body = io.NopCloser(io.LimitReader(xs{}, 1<<30))
					return flood
				},
			} {
				s := newStage(t, entry, r)
				s.begin()
				s.instead = func(r *http.Request) *http.Response {
					if len(s.seen) >= step {
						return attack(r)
					}
					return nil
				}
				if got, err := s.finish(); err == nil || got.Subject != "" {
					t.Errorf("%s at step %d: got %q and %v", name, step, got.Subject, err)
				}
				for _, to := range append(s.seen, s.stray...) {
					if strings.Contains(to, "169.254") {
						t.Errorf("%s at step %d: it asked %s", name, step, to)
					}
				}
			}
		}
	})
}

// xs is an answer without end.
type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// FE-39
func TestNoProviderKeepsAnybodyWaiting(t *testing.T) {
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		for step := 1; step <= 2; step++ {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, entry, r)
				s.begin()
				s.instead = func(r *http.Request) *http.Response {
					if len(s.seen) < step {
						return nil
					}
					drip := respond(r, 200, "application/json", "")
					drip.Body = io.NopCloser(silence{r})
					return drip
				}
				if _, err := s.finish(); federationtest.Fault(err) != federation.Unreachable {
					t.Errorf("at step %d: got %v, want unreachable", step, err)
				}
			})
		}
	})
}

// silence is a body that sends nothing more until the request ends.
type silence struct{ r *http.Request }

func (s silence) Read([]byte) (int, error) {
	<-s.r.Context().Done()
	return 0, s.r.Context().Err()
}

func TestEveryProviderIsAskedOnlyForItsOwnAnswers(t *testing.T) {
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		s := newStage(t, entry, r)
		s.begin()
		for name, query := range map[string]map[string][]string{
			"FE-02 another state": {"code": {"c"}, "state": {"known"}},
			"FE-02 no state":      {"code": {"c"}},
			"FE-05 two codes":     {"code": {"c", "d"}, "state": {s.leg.State}},
			"no code":             {"state": {s.leg.State}},
		} {
			if _, err := s.connector.Finish(t.Context(), s.leg, query); federationtest.Fault(err) != federation.Unexpected {
				t.Errorf("%s: got %v, want unexpected", name, err)
			}
		}
		_, err := s.connector.Finish(t.Context(), s.leg, map[string][]string{"error": {"access_denied"}, "state": {s.leg.State}})
		if federationtest.Refused(err) != "access_denied" {
			t.Errorf("FE-49: got %v, want access_denied", err)
		}
		if len(s.seen) > 0 {
			t.Errorf("it was asked %v", s.seen)
		}
	})
}

// A code is tried once, and again only if our credentials were not understood.
func TestACodeIsNotUsedUpByTrying(t *testing.T) {
	recorded(t, func(t *testing.T, entry catalog.Entry, r recording) {
		for code, want := range map[string]int{"invalid_grant": 1, "invalid_client": 2} {
			s := newStage(t, entry, r)
			s.begin()
			s.instead = func(r *http.Request) *http.Response {
				return respond(r, 400, "application/json", `{"error":"`+code+`","error_description":"<b>evil</b>"}`)
			}
			_, err := s.finish()
			if got := federationtest.Refused(err); got != code || len(s.seen) != want {
				t.Errorf("%s: got %v after %v", code, err, s.seen)
			}
			if refusal := new(federation.Refusal); errors.As(err, &refusal) && strings.Contains(refusal.Says.String(), "evil") {
				t.Errorf("%s: the page would say %q", code, refusal.Says)
			}
		}
	})
}
