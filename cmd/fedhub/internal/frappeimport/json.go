package frappeimport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/frappeschema"
)

// parseJSON reads the output of bench export-json, export-fixtures and execute, and
// responses of the REST API.
func parseJSON(at Place, text []byte, most int) ([]Doc, error) {
	docs, err := unwrap(at, text, most, 0)
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, at.fault("is not valid JSON: the end is missing")
	case errors.As(err, &syntax):
		return nil, at.fault("is not valid JSON: %v, at line %d", syntax, 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")))
	}
	return docs, err
}

// envelopes are the members of API responses that contain the documents.
var envelopes = []string{"data", "message", "docs", "result"}

// unwrap finds the documents in a list, an envelope, or alone.
func unwrap(at Place, text []byte, most, depth int) ([]Doc, error) {
	if text = bytes.TrimSpace(text); text[0] == '[' {
		return listed(at, text, most)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, notObject(at, err)
	}
	if _, plain := object["doctype"]; !plain && depth < len(envelopes) {
		for _, name := range envelopes {
			if inner := bytes.TrimSpace(object[name]); len(inner) > 0 && (inner[0] == '[' || inner[0] == '{') {
				return unwrap(at, inner, most, depth+1)
			}
		}
	}
	at.Row = 1
	d, err := document(at, text)
	if err != nil {
		return nil, err
	}
	return []Doc{d}, nil
}

// listed reads one document after the other, so that it stops early in a list of
// millions of empty documents.
func listed(at Place, text []byte, most int) ([]Doc, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var docs []Doc
	for decoder.More() {
		if at.Row = len(docs) + 1; at.Row > most {
			return nil, at.fault("there are more than %d documents in all files; import them in parts", maxDocs)
		}
		var one json.RawMessage
		if err := decoder.Decode(&one); err != nil {
			return nil, err
		}
		d, err := document(at, one)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		at.Row = 0
		return nil, at.fault("is not valid JSON: there is text after the list")
	}
	return docs, nil
}

func notObject(at Place, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return err
	}
	return at.fault("is not a document; run the query with as_dict=1, so that its rows have names")
}

func document(at Place, text []byte) (Doc, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return Doc{}, notObject(at, err)
	}
	doctype := typeOf(object)
	s, found := frappeschema.Of(doctype)
	if doctype == "" {
		return Doc{}, at.fault("has no doctype, and no fields that identify it")
	}
	d := newDoc(doctype, at)
	if !found {
		return d, nil // it is only counted
	}
	for name := range s.Fields {
		if err := d.keep(name, object[name]); err != nil {
			return Doc{}, err
		}
	}
	for name, t := range s.Tables {
		if err := d.keepTable(name, t, object[name]); err != nil {
			return Doc{}, err
		}
	}
	return d, nil
}

// typeOf is the doctype that a document names or resembles. A row of __Auth names
// the doctype of the document that the password belongs to.
func typeOf(object map[string]json.RawMessage) string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	guessed := frappeschema.Guess(names)
	var doctype string
	if guessed == Auth || json.Unmarshal(object["doctype"], &doctype) != nil || doctype == "" {
		return guessed
	}
	return doctype
}

func (d Doc) keep(name string, raw json.RawMessage) error {
	value, found, err := plain(raw)
	if err != nil || len(value) > maxCell {
		return d.At.fault("the field %s is not plain text, or too long", name)
	}
	if found {
		d.fields[name] = value
	}
	return nil
}

func (d Doc) keepTable(name string, t frappeschema.Table, raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var rows []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil || len(rows) > maxRows {
		return d.At.fault("%s is not a table of at most %d rows", name, maxRows)
	}
	d.tables[name] = []map[string]string{}
	s, _ := frappeschema.Of(t.Child)
	for _, row := range rows {
		r := newDoc(t.Child, d.At)
		for field := range s.Fields {
			if err := r.keep(field, row[field]); err != nil {
				return err
			}
		}
		d.tables[name] = append(d.tables[name], r.fields)
	}
	return nil
}

// plain turns a JSON value into text.
func plain(raw json.RawMessage) (string, bool, error) {
	if len(raw) == 0 {
		return "", false, nil
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return "", false, err
	}
	switch v := value.(type) {
	case nil:
		return "", true, nil
	case string:
		return v, true, nil
	case bool:
		return strconv.FormatBool(v), true, nil
	case json.Number:
		return v.String(), true, nil
	}
	return "", false, errors.New("not plain")
}
