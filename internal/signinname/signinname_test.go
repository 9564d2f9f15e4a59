package signinname

import "testing"

// SU-31: confusable names are one name or none.
func TestAUserNameHasOneForm(t *testing.T) {
	for typed, want := range map[string]string{
		"admin": "admin", "ADMIN": "admin", " Admin ": "admin", "ａｄｍｉｎ": "admin", "ada.lovelace-2_x": "ada.lovelace-2_x",
		"аdmin":       "", // a Cyrillic letter
		"ad\u200bmin": "", "ad\u00admin": "", "admin.": "", ".admin": "", "ad min": "", "İstanbul": "", "ada@example.org": "", "ada＠example.org": "",
		"1234567": "", "2ada": "", "a": "", "": "", "ad\x00min": "", "straße": "strasse", "ﬁona": "fiona", "ada\n": "ada",
	} {
		got, err := UserName(typed)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestAPhoneNumberHasOneForm(t *testing.T) {
	for typed, want := range map[string]string{
		"+91-98765 43210": "+919876543210", "0091 9876543210": "+919876543210", "(030) 123 456": "030123456", "+49/30/123456": "+4930123456", "９８７６５４３２１０": "9876543210",
		"12345": "", "+": "", "1234567890123456": "", "98765x43210": "", "++4930123456": "", "ada": "", "": "", "4930@123456": "",
	} {
		got, err := Phone(typed)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestNoTextIsBoth(t *testing.T) {
	for _, typed := range []string{"123456", "+123456", "a123456", "e1000000", "00123456"} {
		_, name := UserName(typed)
		_, phone := Phone(typed)
		if name == nil && phone == nil {
			t.Errorf("%q is both", typed)
		}
	}
}
