package passwords_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users/passwords"
)

// good is a password that passes all rules.
const good = "seven lamps on a quiet pier"

func TestGoodPasswordsAreTaken(t *testing.T) {
	for _, password := range []string{
		good,
		"fifteen letters",               // exactly the minimum length
		"  spaces at both ends  ",       // not trimmed
		"Tr0ub4dor & three geese",       // no rule about kinds of characters
		"nurkleinbuchstabenohneziffern", // one kind of characters is enough
		"пятнадцать серых гусей",
		"烏賊と蛸と海老と蟹が海で踊る夜だよ",
		"👩‍🚀🚲🌵🎻🧊🪁🍋🦔🪗🛶🧭🪴🥁🐌🧵",
		"a NUL \x00 is a character",
		strings.Repeat("fifteen letters ", 8), // 128 characters
		"xK9#mPq2$vLn8@wR",
		"correct horse battery staple, but mine is purple",
		"ada's bicycle has eleven gears",
	} {
		if problems := passwords.NewRules(0, []string{"Fedhub"}).Check(password, "ada@example.org"); problems != nil {
			t.Errorf("%q: %v", password, problems)
		}
	}
}

func TestPoorPasswordsAreRefusedWithTheReason(t *testing.T) {
	for _, tt := range []struct{ password, reason string }{
		{"", "password.missing[min:15]"},
		{"fourteen chars", "password.short[count:14 min:15]"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "password.short[count:8 min:15]"}, // counted after composing
		{strings.Repeat("ab c9", 52), "password.long[count:260 max:256]"},
		{strings.Repeat("x", 1025), "password.huge[max:256]"},
		{strings.Repeat("x", 1<<20), "password.huge[max:256]"},
		{"not text \xff\xfe at all", "password.binary"},
		{"aaaaaaaaaaaaaaaa", "password.repeats"},
		{"----------------", "password.repeats"},
		{"abcabcabcabcabcabc", "password.repeats"},
		{"passwordpassword", "password.repeats"},
		{"Password Password Password 123", "password.repeats"},
		{"correct horse battery staple", "password.common"},
		{"Correct-Horse-Battery-Staple!", "password.common"},
		{"CorrectHorseBatteryStaple2024", "password.common"},
		{"c0rrecth0rseb4tterystaple", "password.common"},
		{"qwertyuiopasdfghjkl", "password.common"},
		{"thisismypassword1", "password.common"},
		{"This is my password.", "password.common"},
		{"P@ssw0rd P@ssw0rd", "password.common"},
		{"123456789123456789", "password.repeats"},
		{"12345678qwertyui", "password.sequence"},
		{"abcdefgh87654321!", "password.sequence"},
		{"password12345678", "password.common"},
		{"sunshinedragon!!", "password.words"},
		{"ada.lovelace.1815", "password.email"},
		{"lovelace-ada-15!", "password.email"},
		{"AdaLovelace12345", "password.email"},
		{"rainbowskittles", "password.breached"},
		{"RAINBOW skittles", "password.breached"},
		{"r4inb0w $kittles", "password.breached"},
		{"rainbowskittles 1987", "password.breached"},
		{"welcomeaniceday", "password.breached"},
		{"fedhub fedhub xy 7", "password.hub"},
		{"Fedhub2030Fedhub!", "password.hub"},
	} {
		got := passwords.NewRules(0, []string{"Fedhub"}).Check(tt.password, "ada.lovelace@example.org")
		if want := "password: " + tt.reason; got.Error() != want {
			t.Errorf("%.40q: got %v, want %s", tt.password, got, want)
		}
	}
}

func TestTheShortestPasswordIsASetting(t *testing.T) {
	if problems := passwords.NewRules(8, nil).Check("kite$7zu", ""); problems != nil {
		t.Errorf("8 allowed: %v", problems)
	}
	if passwords.NewRules(8, nil).Check("sunshine", "") == nil {
		t.Error("a listed word passed")
	}
}
