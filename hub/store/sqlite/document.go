package sqlite

import (
	"bytes"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// encode writes a document as relaxed extended JSON, which is readable. It
// loses nothing that matters to a Go record: an int64 that fits is read back as
// an int32, which decodes into every integer field, and invalid UTF-8 is
// replaced by U+FFFD.
func encode(doc bson.Raw) (string, error) {
	if json, ok := writePlain(make([]byte, 0, 2*len(doc)), doc, 0); ok {
		return string(json), nil
	}
	const canonical, escapeHTML = false, false
	json, err := bson.MarshalExtJSON(doc, canonical, escapeHTML)
	if err != nil {
		return "", fmt.Errorf("write document as JSON: %w", err)
	}
	return string(bytes.TrimSpace(json)), nil
}

func decode(json string) (bson.Raw, error) {
	if doc, ok := readPlain(json); ok {
		return doc, nil
	}
	const canonicalOnly = false
	var doc bson.Raw
	if err := bson.UnmarshalExtJSON([]byte(json), canonicalOnly, &doc); err != nil {
		return nil, fmt.Errorf("read document from JSON: %w", err)
	}
	return doc, nil
}
