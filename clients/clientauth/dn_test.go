package clientauth

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"
)

// subject encodes parts from the most general to the most particular, as a
// certificate has them.
func subject(t testing.TB, parts ...pkix.RelativeDistinguishedNameSET) []byte {
	t.Helper()
	der, err := asn1.Marshal(pkix.RDNSequence(parts))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func part(pairs ...string) pkix.RelativeDistinguishedNameSET {
	var set pkix.RelativeDistinguishedNameSET
	for i := 0; i < len(pairs); i += 2 {
		var oid asn1.ObjectIdentifier
		for _, n := range strings.Split(attributes[pairs[i]], ".") {
			value := 0
			for _, digit := range n {
				value = value*10 + int(digit-'0')
			}
			oid = append(oid, value)
		}
		set = append(set, pkix.AttributeTypeAndValue{Type: oid, Value: pairs[i+1]})
	}
	return set
}

func TestDistinguishedNamesAreComparedByRFC4514(t *testing.T) {
	usual := subject(t, part("c", "DE"), part("o", "Example, Inc."), part("ou", "Pay", "uid", "7"), part("cn", `Ada "A" Löwe`))
	for name, same := range map[string]bool{
		`CN=Ada \"A\" Löwe,OU=Pay+UID=7,O=Example\, Inc.,C=DE`:                  true,
		`CN=Ada \22A\22 L\C3\B6we,UID=7+OU=Pay,O=Example\2C Inc.,C=DE`:          true,
		`cn = ada \"a\"  löwe , ou = pay + uid = 7 , o = example\, inc. , c=de`: true,
		`2.5.4.3=Ada \"A\" Löwe,OU=Pay+UID=7,O=Example\, Inc.,C=#13024445`:      true,
		`C=DE,O=Example\, Inc.,OU=Pay+UID=7,CN=Ada \"A\" Löwe`:                  false, // the other way round
		`CN=Ada \"A\" Löwe,OU=Pay,UID=7,O=Example\, Inc.,C=DE`:                  false, // two parts are not one
		`CN=Ada \"A\" Löwe,OU=Pay+UID=7,O=Example\, Inc.`:                       false,
		`CN=Ada \"A\" Löwe,OU=Pay+UID=7,O=Example\, Inc.,C=DE,DC=org`:           false,
		`CN=Ada,OU=Pay+UID=7,O=Example\, Inc.,C=DE`:                             false,
		``: false,
	} {
		if got := sameDN(name, usual); got != same {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if sameDN("CN=x", []byte("no subject")) || sameDN("CN=x", nil) {
		t.Error("what is no subject matched")
	}
	if !sameDN(`CN=a\,OU=b`, subject(t, part("cn", "a,OU=b"))) || sameDN(`CN=a,OU=b`, subject(t, part("cn", "a,OU=b"))) {
		t.Error("a comma inside a value passed as a separator")
	}
}

func TestNamesThatCannotBeRead(t *testing.T) {
	for _, name := range []string{"", " ", "payroll", "=x", "CN=", "CN= ,O=x", "CN=x,", "CN=x,,O=y", "XY=x", `CN=x\`, `CN=x\g`, `CN=a"b`, "CN=#zz", "CN=#0101", `CN=\FF`, strings.Repeat("CN=x,", 500) + "CN=x"} {
		if got, err := parseDN(name); err == nil {
			t.Errorf("%.40q was read as %v", name, got)
		}
	}
}

func FuzzDistinguishedName(f *testing.F) {
	for _, seed := range []string{`CN=Ada \"A\" Löwe,OU=Pay+UID=7,O=Example\, Inc.,C=#13024445`, `2.5.4.3=\`, "=,+", `CN=\,`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := parseDN(text)
		if err == nil && (len(name) == 0 || len(name[0]) == 0) {
			t.Errorf("%q was read as nothing", text)
		}
		sameDN(text, []byte(text))
	})
}
