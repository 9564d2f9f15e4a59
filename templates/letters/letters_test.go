package letters

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// every letter there is, filled by fill.
var every = []Letter{&Verify{}, &Reset{}, &PasswordChanged{}, &EmailChanged{}, &Invitation{},
	&Linked{}, &Unlinked{}, &Tried{}, &Prove{}, &Attention{Found: make([]Finding, 1)}}

// fill writes into every field what somebody would who wants to add a text of
// their own.
func fill(l Letter) Letter {
	v := reflect.ValueOf(l).Elem()
	fillValue(v)
	return v.Interface().(Letter)
}

func fillValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("Ada & <b>\r\n\r\nYour account is blocked.\u202e")
	case reflect.Int64:
		v.SetInt(int64(24 * time.Hour))
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			fillValue(v.Index(i))
		}
	}
}

func TestEveryLetterHasASubjectAndNoTextOfStrangers(t *testing.T) {
	names, err := files.ReadDir(".")
	if err != nil || len(names) != len(every) {
		t.Errorf("there are %d files and %d letters to test: %v", len(names), len(every), err)
	}
	for _, l := range every {
		subject, text, err := Write(fill(l))
		if err != nil {
			t.Fatal(err)
		}
		if subject == "" || strings.ContainsAny(subject, "\r\n") {
			t.Errorf("%T: subject %q", l, subject)
		}
		if !strings.Contains(text, "Ada & <b> Your account is blocked.") || strings.Contains(text, "\n\nYour account is blocked") || strings.ContainsAny(text, "\r\u202e") {
			t.Errorf("%T: %s", l, text)
		}
		if strings.Contains(text, "—") || strings.HasPrefix(text, "\n") {
			t.Errorf("%T: %s", l, text)
		}
	}
}

func TestSpansAreSaidInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{24 * time.Hour: "1 day", 7 * 24 * time.Hour: "7 days", time.Hour: "1 hour", 30 * time.Minute: "30 minutes", 0: "a moment"} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
