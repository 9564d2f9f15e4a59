package clientauth

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/internal/texts"
)

// attributes are the short names of RFC 4514 §3 and others that certificates
// use, in lower case.
var attributes = map[string]string{
	"cn": "2.5.4.3", "sn": "2.5.4.4", "serialnumber": "2.5.4.5", "c": "2.5.4.6", "l": "2.5.4.7", "st": "2.5.4.8", "street": "2.5.4.9",
	"o": "2.5.4.10", "ou": "2.5.4.11", "title": "2.5.4.12", "businesscategory": "2.5.4.15", "postalcode": "2.5.4.17",
	"givenname": "2.5.4.42", "gn": "2.5.4.42", "organizationidentifier": "2.5.4.97",
	"dc": "0.9.2342.19200300.100.1.25", "uid": "0.9.2342.19200300.100.1.1", "emailaddress": "1.2.840.113549.1.9.1",
	"jurisdictionc": "1.3.6.1.4.1.311.60.2.1.3", "jurisdictionst": "1.3.6.1.4.1.311.60.2.1.2", "jurisdictionl": "1.3.6.1.4.1.311.60.2.1.1",
}

// A distinguished is a distinguished name, most specific part first, as RFC
// 4514 writes it. Each part is a sorted list of "oid=value".
type distinguished [][]string

// sameDN compares a name in the string form of RFC 4514 with the subject of a
// certificate, part by part.
func sameDN(text string, subject []byte) bool {
	want, err := parseDN(text)
	if err != nil {
		return false
	}
	var sequence pkix.RDNSequence
	if rest, err := asn1.Unmarshal(subject, &sequence); err != nil || len(rest) > 0 {
		return false
	}
	var got distinguished
	for _, set := range slices.Backward(sequence) { // RFC 4514 §2.1: from the last to the first
		var part []string
		for _, a := range set {
			value, ok := a.Value.(string)
			if !ok {
				return false
			}
			part = append(part, pair(a.Type.String(), value))
		}
		slices.Sort(part)
		got = append(got, part)
	}
	return slices.EqualFunc(want, got, func(a, b []string) bool { return slices.Equal(a, b) })
}

// CheckDN reports why a text is not a name in the string form of RFC 4514. Its
// errors complete a sentence.
func CheckDN(text string) error {
	_, err := parseDN(text)
	return err
}

// pair normalizes one attribute for comparison: case and repeated spaces are
// ignored (caseIgnoreMatch, RFC 4517 §4.2.11).
func pair(oid, value string) string {
	return oid + "=" + strings.ToLower(strings.Join(strings.Fields(value), " "))
}

const maxDN = 1024 // bytes

// parseDN reads the grammar of RFC 4514 §3 and allows spaces around the
// separators, as many tools write them. Its errors complete a sentence.
func parseDN(text string) (distinguished, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, texts.Err("dn.empty")
	case len(text) > maxDN || !utf8.ValidString(text):
		return nil, texts.Err("dn.text")
	}
	var name distinguished
	var part []string
	for rest, more := text, true; more; {
		var piece string
		var separator byte
		piece, separator, rest = cutDN(rest)
		attribute, err := parseAttribute(piece)
		if err != nil {
			return nil, err
		}
		part = append(part, attribute)
		if separator != '+' {
			slices.Sort(part)
			name, part = append(name, part), nil
		}
		more = separator != 0
	}
	return name, nil
}

// cutDN cuts at the first unescaped separator; 0 is the end.
func cutDN(text string) (piece string, separator byte, rest string) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ',', '+':
			return text[:i], text[i], text[i+1:]
		}
	}
	return text, 0, ""
}

func parseAttribute(piece string) (string, error) {
	kind, raw, found := strings.Cut(piece, "=")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if !found || kind == "" {
		return "", texts.Err("dn.equals", "part", piece)
	}
	oid := attributes[kind]
	if oid == "" {
		if strings.Trim(kind, "0123456789.") != "" {
			return "", texts.Err("dn.attribute", "attribute", kind)
		}
		oid = kind
	}
	raw = strings.TrimLeft(raw, " ")
	if encoded, found := strings.CutPrefix(raw, "#"); found {
		return fromHex(oid, strings.TrimSpace(encoded))
	}
	value, err := unescapeDN(raw)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(value) == "" {
		return "", texts.Err("dn.value", "part", piece)
	}
	return pair(oid, value), nil
}

// fromHex reads a value written as its BER encoding (RFC 4514 §2.4).
func fromHex(oid, encoded string) (string, error) {
	der, err := hex.DecodeString(encoded)
	if err != nil {
		return "", texts.Err("dn.hex")
	}
	var value any
	if rest, err := asn1.Unmarshal(der, &value); err != nil || len(rest) > 0 {
		return "", texts.Err("dn.encoded")
	}
	text, ok := value.(string)
	if !ok {
		return "", texts.Err("dn.encoded.text")
	}
	return pair(oid, text), nil
}

// unescapeDN resolves a backslash before a special character or two
// hexadecimal digits (RFC 4514 §2.4).
func unescapeDN(raw string) (string, error) {
	var out []byte
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c != '\\' && strings.IndexByte(`";<>`, c) >= 0:
			return "", texts.Err("dn.special", "character", string(c))
		case c != '\\':
			out = append(out, c)
		case i+1 < len(raw) && strings.IndexByte(` "#+,;<=>\`, raw[i+1]) >= 0:
			i++
			out = append(out, raw[i])
		default:
			value, err := hex.DecodeString(raw[min(i+1, len(raw)):min(i+3, len(raw))])
			if err != nil || len(value) != 1 {
				return "", texts.Err("dn.backslash")
			}
			out = append(out, value...)
			i += 2
		}
	}
	if !utf8.Valid(out) {
		return "", texts.Err("dn.value.text")
	}
	return string(out), nil
}
