package jsonx_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/jsonx"
)

func TestATextCanBeReadInOneWayOnly(t *testing.T) {
	for text, want := range map[string]error{
		``:                                     jsonx.ErrSyntax,
		`{`:                                    jsonx.ErrSyntax,
		`{"a":1,}`:                             jsonx.ErrSyntax,
		`{'a':1}`:                              jsonx.ErrSyntax,
		`{"a":NaN}`:                            jsonx.ErrSyntax,
		`{"a":01}`:                             jsonx.ErrSyntax,
		`{"a":1}{"b":2}`:                       jsonx.ErrSyntax,
		"{\"a\":\"\xff\"}":                     jsonx.ErrSyntax,
		"{\"\xff\":1}":                         jsonx.ErrSyntax,
		`{"a":"\ud800"}`:                       jsonx.ErrSyntax,
		`{"a":1,"a":2}`:                        jsonx.ErrTwice,
		`{"a":1,"\u0061":2}`:                   jsonx.ErrTwice,
		`[{"x":{"a":1,"a":2}}]`:                jsonx.ErrTwice,
		strings.Repeat("[", 1000):              jsonx.ErrDeep,
		strings.Repeat(`{"a":`, 1000):          jsonx.ErrDeep,
		`"` + strings.Repeat("x", 4<<20) + `"`: jsonx.ErrSize,
	} {
		if err := jsonx.Unmarshal([]byte(text), new(any)); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v, want %v", text, err, want)
		}
		if o, err := jsonx.ParseObject([]byte(text)); err == nil {
			t.Errorf("%.40q was read as %v", text, o)
		}
		if jsonx.IsValid([]byte(text)) {
			t.Errorf("%.40q is valid", text)
		}
	}
	if !jsonx.IsValid([]byte(strings.Repeat("[", 32) + strings.Repeat("]", 32))) {
		t.Error("32 levels are too deep")
	}
}

func TestNamesCountLetterByLetter(t *testing.T) {
	var got struct {
		Sub string `json:"sub"`
	}
	if err := jsonx.Unmarshal([]byte(`{"SUB":"eve","Sub":"eve"}`), &got); err != nil || got.Sub != "" {
		t.Errorf("got %q and %v", got.Sub, err)
	}
	for text, want := range map[string]bool{`{"sub":1,"Sub":2}`: true, `{"sub":1,"iss":2}`: false, `{}`: false} {
		if o, err := jsonx.ParseObject([]byte(text)); err != nil || o.Ambiguous() != want {
			t.Errorf("%s: got %v and %v", text, o.Ambiguous(), err)
		}
	}
}

func TestOnlyAnObjectIsAnObject(t *testing.T) {
	for _, text := range []string{`null`, `7`, `"x"`, `[]`, ` `} {
		if o, err := jsonx.ParseObject([]byte(text)); !errors.Is(err, jsonx.ErrNotObject) {
			t.Errorf("%s: got %v and %v", text, o, err)
		}
	}
}

func TestNumbersStayAsTheyWereWritten(t *testing.T) {
	got, err := jsonx.Decode([]byte(`{"id":12345678901234567890,"list":[1.50,null,true,"x"]}`))
	want := map[string]any{"id": json.Number("12345678901234567890"), "list": []any{json.Number("1.50"), nil, true, "x"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v and %v", got, err)
	}
}

func TestAMemberOfAnotherTypeIsRefused(t *testing.T) {
	o, err := jsonx.ParseObject([]byte(` { "s" : "text" , "n": 7, "f": 7.9, "null": null, "list": ["a","b"], "mixed": ["a",null], "t": true, "quoted": "true", "late": 1e300 } `))
	if err != nil {
		t.Fatal(err)
	}
	if !o.Has("null") || o.Says("null") || o.Has("nothing") || !o.Says("t") {
		t.Error("null is there and says nothing")
	}
	if !o.IsTrue("t") || o.IsTrue("quoted") || o.IsTrue("nothing") {
		t.Error("true is the JSON value alone")
	}
	for name, want := range map[string]string{"s": "text", "nothing": ""} {
		if got, err := o.Text(name); err != nil || got != want {
			t.Errorf("%s: got %q and %v", name, got, err)
		}
	}
	for name, want := range map[string]int{"s": 1, "list": 2, "nothing": 0} {
		if got, err := o.List(name); err != nil || len(got) != want {
			t.Errorf("%s: got %q and %v", name, got, err)
		}
	}
	for name, want := range map[string]int64{"n": 7, "f": 7, "nothing": 0} {
		if got, found, err := o.Seconds(name); err != nil || got != want || found != o.Has(name) {
			t.Errorf("%s: got %d and %v", name, got, err)
		}
	}
	for _, name := range []string{"n", "null", "list"} {
		if got, err := o.Text(name); err == nil {
			t.Errorf("%s is the text %q", name, got)
		}
	}
	for _, name := range []string{"n", "mixed", "t"} {
		if got, err := o.List(name); err == nil {
			t.Errorf("%s is the list %q", name, got)
		}
	}
	for _, name := range []string{"s", "null", "late", "t"} {
		if got, _, err := o.Seconds(name); err == nil {
			t.Errorf("%s is the time %d", name, got)
		}
	}
	var s string
	if err := o.Read(map[string]any{"n": &s}); err == nil || o.Member("nothing", &s) != nil {
		t.Errorf("a number was read as %q", s)
	}
}

// Input that this reader accepts, encoding/json accepts too, with the same
// result.
func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{`{"sub":"ada","aud":["x"],"exp":1.5e3}`, `{"a":1,"A":2}`, `[null,true,{"":""}]`, "{\"a\":\"\xff\"}", `{"a":{"a":{"a":[]}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := jsonx.ParseObject(text)
		if err != nil {
			return
		}
		var other map[string]json.RawMessage
		if err := json.Unmarshal(text, &other); err != nil || len(o) != len(other) {
			t.Fatalf("%q: got %v, encoding/json %v and %v", text, o, other, err)
		}
		for name, value := range o {
			if string(value) != string(other[name]) {
				t.Errorf("%q: %s is %s, for encoding/json %s", text, name, value, other[name])
			}
			o.Loose(name)
			o.List(name)    //nolint:errcheck // it must not panic
			o.Seconds(name) //nolint:errcheck // nor this
		}
	})
}
