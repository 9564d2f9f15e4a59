package passwords_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users/passwords"
)

// good is a password nobody refuses.
const good = "seven lamps on a quiet pier"

func TestGoodPasswordsAreTaken(t *testing.T) {
	for _, password := range []string{
		good,
		"fifteen letters",               // exactly the minimum
		"  spaces at both ends  ",       // kept as typed
		"Tr0ub4dor & three geese",       // no rule about kinds of characters
		"nurkleinbuchstabenohneziffern", // nor against one kind
		"пятнадцать серых гусей",
		"烏賊と蛸と海老と蟹が海で踊る夜だよ",
		"👩‍🚀🚲🌵🎻🧊🪁🍋🦔🪗🛶🧭🪴🥁🐌🧵",
		"a NUL \x00 is a character",
		strings.Repeat("fifteen letters ", 8), // 128 characters
		"xK9#mPq2$vLn8@wR",
		"correct horse battery staple, but mine is purple",
		"ada's bicycle has eleven gears",
	} {
		if text := passwords.NewRules(0, []string{"Fedhub"}).Fault(password, "ada@example.org"); text != "" {
			t.Errorf("%q: %s", password, text)
		}
	}
}

func TestPoorPasswordsAreRefusedWithTheReason(t *testing.T) {
	for _, tt := range []struct{ password, reason string }{
		{"", "Choose a password"},
		{"fourteen chars", "has 14 characters and needs at least 15"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "has 8 characters"}, // counted after composing
		{strings.Repeat("ab c9", 52), "Use at most 256"},
		{strings.Repeat("x", 1025), "too long"},
		{strings.Repeat("x", 1<<20), "too long"},
		{"not text \xff\xfe at all", "not text"},
		{"aaaaaaaaaaaaaaaa", "repeats"},
		{"----------------", "repeats"},
		{"abcabcabcabcabcabc", "repeats"},
		{"passwordpassword", "repeats"},
		{"Password Password Password 123", "repeats"},
		{"correct horse battery staple", "first that are guessed"},
		{"Correct-Horse-Battery-Staple!", "first that are guessed"},
		{"CorrectHorseBatteryStaple2024", "first that are guessed"},
		{"c0rrecth0rseb4tterystaple", "first that are guessed"},
		{"qwertyuiopasdfghjkl", "first that are guessed"},
		{"thisismypassword1", "first that are guessed"},
		{"This is my password.", "first that are guessed"},
		{"P@ssw0rd P@ssw0rd", "first that are guessed"},
		{"123456789123456789", "repeats"},
		{"12345678qwertyui", "sequence"},
		{"abcdefgh87654321!", "sequence"},
		{"password12345678", "first that are guessed"},
		{"sunshinedragon!!", "guessed first"},
		{"ada.lovelace.1815", "e-mail address"},
		{"lovelace-ada-15!", "e-mail address"},
		{"AdaLovelace12345", "e-mail address"},
		{"fedhub fedhub xy 7", "name of this service"},
		{"Fedhub2030Fedhub!", "name of this service"},
	} {
		got := passwords.NewRules(0, []string{"Fedhub"}).Fault(tt.password, "ada.lovelace@example.org")
		if !strings.Contains(got, tt.reason) {
			t.Errorf("%.40q: got %q, want it to say %q", tt.password, got, tt.reason)
		}
	}
}

func TestTheShortestPasswordIsASetting(t *testing.T) {
	if text := passwords.NewRules(8, nil).Fault("kite$7zu", ""); text != "" {
		t.Errorf("8 allowed: %s", text)
	}
	if text := passwords.NewRules(8, nil).Fault("sunshine", ""); text == "" {
		t.Error("a listed word passed")
	}
}
