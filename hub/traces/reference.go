package traces

import "strings"

// alphabet is Crockford's: its letters cannot be confused with digits.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const refLength = 8

// ParseReference reads a typed reference: in any case, with spaces or hyphens
// anywhere, O for 0 and I or L for 1.
func ParseReference(typed string) (string, bool) {
	if len(typed) > 40 {
		return "", false
	}
	var ref []byte
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\u2010', '\u2011', '\u2012', '\u2013', '\t':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(alphabet, r) || len(ref) == refLength {
			return "", false
		}
		ref = append(ref, byte(r))
	}
	if len(ref) != refLength {
		return "", false
	}
	return string(ref[:4]) + "-" + string(ref[4:]), true
}

// bare is the reference without its hyphen.
func bare(ref string) string { return strings.ReplaceAll(ref, "-", "") }

// refOf is the reference in an id.
func refOf(id string) string {
	_, ref, _ := strings.Cut(id, "-")
	full, _ := ParseReference(ref)
	return full
}
