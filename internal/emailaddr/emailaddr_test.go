package emailaddr_test

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

func TestSpellingsOfOneAddressMeet(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"ada@example.org", "ada@example.org"},
		{" ada@example.org\n", "ada@example.org"},
		{"Ada@EXAMPLE.org", "ada@example.org"},
		{"ADA.LOVELACE+news@Example.ORG", "ada.lovelace+news@example.org"},
		{"ａｄａ@example.org", "ada@example.org"},              // fullwidth letters
		{"ada@ｅｘａｍｐｌｅ.org", "ada@example.org"},              // fullwidth domain
		{"ada@bücher.example", "ada@xn--bcher-kva.example"}, // and its punycode twin
		{"ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"},
		{"ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"},
		{"re\u0301sume\u0301@example.org", "r\u00e9sum\u00e9@example.org"},
		{"straße@example.org", "strasse@example.org"},
		{"\u0130nci@example.org", "i\u0307nci@example.org"}, // Turkish dotted capital stays itself
		{"ada@localhost", "ada@localhost"},
		{"o'neill@example.org", "o'neill@example.org"},
	} {
		got, err := emailaddr.Canonical(tt.raw)
		if err != nil || got != tt.want {
			t.Errorf("%q: got %q (%v), want %q", tt.raw, got, err, tt.want)
		}
	}
}

func TestLookalikesStayDifferent(t *testing.T) {
	latin, _ := emailaddr.Canonical("admin@example.org")
	cyrillic, err := emailaddr.Canonical("\u0430dmin@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if latin == cyrillic {
		t.Error("a Cyrillic a became a Latin one")
	}
}

func TestOnlyOnePlainAddressIsAnAddress(t *testing.T) {
	for _, raw := range []string{
		"", "@", "ada", "ada@", "@example.org", "a@b@victim.org", "ada@example.org.", "ada@example.org\u3002",
		"ada@example..org", ".ada@example.org", "ada.@example.org", "a..da@example.org",
		"ada@victim.org\x00", "a\x00da@victim.org", "ada\u200b@example.org", "ada\u202e@example.org", "ada\ufe0f@example.org",
		"ada\u3164@example.org", "ada\u115f@example.org",
		"ada＠victim.org", "a＠b@victim.org", "a﹫b@victim.org", `"ada lovelace"@example.org`, "Ada <ada@example.org>", "<ada@example.org>",
		"=?utf-8?q?ada?=@example.org", "ada lovelace@example.org", "ada,eve@example.org", "ada@exa mple.org",
		"ada@[127.0.0.1]", "ada@127.0.0.1", "ada@[IPv6:::1]", "ada@-example.org", "ada@example-.org", "ada@exa_mple.org",
		"ada@xn--example-.org", "ada@xn--\u00e9.org", "ada@xn--a.org", "ada\r\nBcc: eve@example.org", "ada@example.org\r\nBcc",
		"ada@" + strings.Repeat("a", 64) + ".org", strings.Repeat("a", 65) + "@example.org",
		"a@" + strings.Repeat("a.", 126) + "org", "ada\xff@example.org", "mailto:ada@example.org", "ada@example.org/x", "ada@example.org?x",
	} {
		if got, err := emailaddr.Canonical(raw); err == nil {
			t.Errorf("%q became %q", raw, got)
		}
	}
}

func FuzzEmailCanonical(f *testing.F) {
	for _, s := range []string{"ada@example.org", "ADA@bücher.example", "ß@ß.example", "ﬃ@ﬃ.org", "a@b@c", "\u0130@\u0130.org",
		"ＡＤＡ＠x", "a@xn--bcher-kva.de", "a@a。b", "\u0345\u0301@x.y", "\u1e9e@\u1e9e.org", "a@\u00ad.org", "@", "a@1.2.3.4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := emailaddr.Canonical(raw)
		if err != nil {
			return
		}
		if again, err := emailaddr.Canonical(got); err != nil || again != got {
			t.Fatalf("%q → %q → %q (%v)", raw, got, again, err)
		}
		local, domain, _ := strings.Cut(got, "@")
		if local == "" || domain == "" || strings.Count(got, "@") != 1 || len(got) > 254 || strings.HasSuffix(domain, ".") {
			t.Fatalf("%q → %q", raw, got)
		}
		if ascii, err := idna.Lookup.ToASCII(domain); err != nil || ascii != domain {
			t.Fatalf("domain %q is %q by look-up (%v)", domain, ascii, err)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.IsSpace(r) || unicode.IsUpper(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q keeps %U", got, r)
			}
		}
	})
}
