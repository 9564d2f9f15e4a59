package sqlite

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// The driver's reader and writer of extended JSON support everything, and took
// a sixth of the time of a refresh. The hub's records are simpler: text without
// escapes, whole numbers, dates, lists. This code converts simple documents
// with the same result and leaves all others to the driver.

// depth bounds the nesting of simple documents.
const depth = 16

// The forms of a date: a readable one, and one for dates outside the years 1970
// to 9999, such as Go's zero time.
const (
	dateOpen  = `{"$date":"`
	dateClose = `"}`
	yearOpen  = `{"$date":{"$numberLong":"`
	yearClose = `"}}`
	layout    = "2006-01-02T15:04:05.999Z"
	lastDate  = 253402300799999 // the end of 9999, in Unix milliseconds
)

// isPlain reports whether a text needs no escapes in JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c == '"' || c == '\\' || c == 0x7f:
			return false
		case c >= utf8.RuneSelf:
			return utf8.ValidString(s) && !strings.ContainsAny(s, "\"\\\u2028\u2029") &&
				!strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
		}
	}
	return true
}

// writePlain appends a document as JSON; ok is false if it is not simple.
func writePlain(to []byte, doc bson.Raw, level int) (json []byte, ok bool) {
	return writeAll(to, doc, level, '{', '}')
}

func writeAll(to []byte, doc bson.Raw, level int, open, shut byte) ([]byte, bool) {
	elements, err := doc.Elements()
	if err != nil || len(doc) == 0 || level > depth {
		return nil, false
	}
	to = append(to, open)
	for i, e := range elements {
		if i > 0 {
			to = append(to, ',')
		}
		if open == '{' {
			name := e.Key()
			if !isPlain(name) || strings.HasPrefix(name, "$") {
				return nil, false
			}
			to = append(append(append(to, '"'), name...), '"', ':')
		}
		var ok bool
		if to, ok = writeValue(to, e.Value(), level); !ok {
			return nil, false
		}
	}
	return append(to, shut), true
}

func writeValue(to []byte, v bson.RawValue, level int) ([]byte, bool) {
	switch v.Type {
	case bson.TypeString:
		s, ok := v.StringValueOK()
		return append(append(append(to, '"'), s...), '"'), ok && isPlain(s)
	case bson.TypeInt32, bson.TypeInt64:
		n, ok := v.AsInt64OK()
		return strconv.AppendInt(to, n, 10), ok
	case bson.TypeBoolean:
		b, ok := v.BooleanOK()
		return strconv.AppendBool(to, b), ok
	case bson.TypeDateTime:
		ms, ok := v.DateTimeOK()
		return writeDate(to, ms), ok
	case bson.TypeNull:
		return append(to, "null"...), true
	case bson.TypeEmbeddedDocument:
		doc, ok := v.DocumentOK()
		if !ok {
			return nil, false
		}
		return writeAll(to, doc, level+1, '{', '}')
	case bson.TypeArray:
		list, ok := v.ArrayOK()
		if !ok {
			return nil, false
		}
		return writeAll(to, bson.Raw(list), level+1, '[', ']')
	}
	return nil, false
}

func writeDate(to []byte, ms int64) []byte {
	if ms < 0 || ms > lastDate {
		to = strconv.AppendInt(append(to, yearOpen...), ms, 10)
		return append(to, yearClose...)
	}
	to = time.UnixMilli(ms).UTC().AppendFormat(append(to, dateOpen...), layout)
	return append(to, dateClose...)
}

// readPlain is the reverse; ok is false if the text is not as writePlain writes
// it.
func readPlain(json string) (doc bson.Raw, ok bool) {
	r := reader{rest: json, out: make([]byte, 0, len(json))}
	if !r.eat("{") || !r.document(0) || r.rest != "" {
		return nil, false
	}
	return r.out, true
}

// A reader consumes JSON from the front and appends BSON.
type reader struct {
	rest string
	out  []byte
}

func (r *reader) eat(token string) bool {
	rest, ok := strings.CutPrefix(r.rest, token)
	if ok {
		r.rest = rest
	}
	return ok
}

// text reads a string after its opening quote.
func (r *reader) text() (string, bool) {
	end := strings.IndexByte(r.rest, '"')
	if end < 0 {
		return "", false
	}
	s := r.rest[:end]
	r.rest = r.rest[end+1:]
	return s, isPlain(s)
}

// document reads an object after its brace.
func (r *reader) document(level int) bool {
	at, out := bsoncore.AppendDocumentStart(r.out)
	r.out = out
	for first := true; !r.eat("}"); first = false {
		if !first && !r.eat(",") || !r.eat(`"`) {
			return false
		}
		name, ok := r.text()
		if !ok || strings.HasPrefix(name, "$") || !r.eat(":") || !r.value(name, level) {
			return false
		}
	}
	return r.end(at)
}

// list reads an array after its bracket. In BSON it is a document with numbers
// as names.
func (r *reader) list(level int) bool {
	at, out := bsoncore.AppendDocumentStart(r.out)
	r.out = out
	for i := 0; !r.eat("]"); i++ {
		if i > 0 && !r.eat(",") || !r.value(strconv.Itoa(i), level) {
			return false
		}
	}
	return r.end(at)
}

func (r *reader) end(at int32) bool {
	out, err := bsoncore.AppendDocumentEnd(r.out, at)
	r.out = out
	return err == nil
}

func (r *reader) value(name string, level int) bool {
	switch {
	case r.eat(`"`):
		s, ok := r.text()
		r.out = bsoncore.AppendStringElement(r.out, name, s)
		return ok
	case r.eat(dateOpen):
		return r.date(name)
	case r.eat(yearOpen):
		ms, ok := r.number()
		r.out = bsoncore.AppendDateTimeElement(r.out, name, ms)
		return ok && r.eat(yearClose)
	case r.eat("null"):
		r.out = bsoncore.AppendNullElement(r.out, name)
	case r.eat("true"):
		r.out = bsoncore.AppendBooleanElement(r.out, name, true)
	case r.eat("false"):
		r.out = bsoncore.AppendBooleanElement(r.out, name, false)
	case r.eat("{"):
		r.out = bsoncore.AppendHeader(r.out, bsoncore.TypeEmbeddedDocument, name)
		return level < depth && r.document(level+1)
	case r.eat("["):
		r.out = bsoncore.AppendHeader(r.out, bsoncore.TypeArray, name)
		return level < depth && r.list(level+1)
	default:
		return r.integer(name)
	}
	return true
}

func (r *reader) date(name string) bool {
	s, ok := r.text()
	if !ok || !r.eat("}") {
		return false
	}
	t, err := time.Parse(layout, s)
	r.out = bsoncore.AppendDateTimeElement(r.out, name, t.UnixMilli())
	return err == nil
}

// integer reads a number. If it fits into 32 bits it is stored so, as the
// driver does.
func (r *reader) integer(name string) bool {
	n, ok := r.number()
	if n == int64(int32(n)) {
		r.out = bsoncore.AppendInt32Element(r.out, name, int32(n))
	} else {
		r.out = bsoncore.AppendInt64Element(r.out, name, n)
	}
	return ok
}

// number reads an integer in exactly the form that strconv writes.
func (r *reader) number() (int64, bool) {
	end := strings.IndexFunc(r.rest, func(c rune) bool { return c != '-' && (c < '0' || c > '9') })
	if end < 0 {
		return 0, false
	}
	text := r.rest[:end]
	r.rest = r.rest[end:]
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == text
}
