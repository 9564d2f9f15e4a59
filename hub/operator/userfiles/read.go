package userfiles

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/spreadsheet"
)

// Bounds of a file.
const (
	MostRows  = 100_000
	mostValue = 2000 // bytes; a list of groups is the longest
)

// Read reads a file of users; mistakes in it are forms.Problems. A file that begins
// with a bracket is JSON.
func Read(file []byte) ([]Row, error) {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")) // the mark that spreadsheets write
	if start := bytes.TrimSpace(file); len(start) > 0 && (start[0] == '[' || start[0] == '{') {
		return readJSON(start)
	}
	return readCSV(file)
}

func wrong(code string, args ...any) error { return forms.New("file", code, args...).Err() }

func readCSV(file []byte) ([]Row, error) {
	in := csv.NewReader(bytes.NewReader(file))
	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, wrong("userfile.empty")
	}
	if err != nil {
		return nil, wrong("userfile.csv", "cause", err.Error())
	}
	if len(head) == 1 && strings.Contains(head[0], ";") { // as spreadsheets write it where a comma is a decimal point
		in = csv.NewReader(bytes.NewReader(file))
		in.Comma = ';'
		if head, err = in.Read(); err != nil {
			return nil, wrong("userfile.csv", "cause", err.Error())
		}
	}
	if err := checkColumns(head); err != nil {
		return nil, err
	}
	var rows []Row
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, wrong("userfile.csv", "cause", err.Error())
		}
		if len(rows) == MostRows {
			return nil, wrong("userfile.many", "most", MostRows)
		}
		line, _ := in.FieldPos(0)
		row := Row{line, map[string]string{}}
		for i, value := range record {
			row.Values[column(head[i])] = plain(value)
		}
		if err := row.check(); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
}

// column is the name of a column as people write it.
func column(head string) string { return strings.ToLower(strings.TrimSpace(head)) }

func checkColumns(head []string) error {
	var seen []string
	for _, h := range head {
		switch name := column(h); {
		case !slices.Contains(Columns(), name):
			return wrong("userfile.column", "column", h, "columns", joinList(Columns()))
		case slices.Contains(seen, name):
			return wrong("userfile.column.twice", "column", h)
		default:
			seen = append(seen, name)
		}
	}
	if !slices.Contains(seen, Email) {
		return wrong("userfile.column.email")
	}
	return nil
}

// plain is the text of a cell.
func plain(cell string) string {
	if text, ok := spreadsheet.Text(cell); ok {
		return text
	}
	return strings.TrimSpace(cell)
}

// check refuses values that are no value of their column.
func (r Row) check() error {
	for name, value := range r.Values {
		if len(value) > mostValue {
			return wrong("userfile.long", "line", r.Line, "column", name, "most", mostValue)
		}
		if !isFlag(name) {
			continue
		}
		if value == "" { // nothing is said
			delete(r.Values, name)
			continue
		}
		flag, err := strconv.ParseBool(strings.ToLower(value))
		if err != nil {
			return wrong("userfile.flag", "line", r.Line, "column", name)
		}
		r.Values[name] = strconv.FormatBool(flag)
	}
	return nil
}

func readJSON(file []byte) ([]Row, error) {
	var objects []map[string]jsonx.Value
	if err := jsonx.Unmarshal(file, &objects); err != nil {
		return nil, wrong("userfile.json", "cause", err.Error())
	}
	if len(objects) > MostRows {
		return nil, wrong("userfile.many", "most", MostRows)
	}
	rows := make([]Row, 0, len(objects))
	for i, object := range objects {
		row := Row{i + 1, map[string]string{}}
		for name, raw := range object {
			if !slices.Contains(Columns(), name) {
				return nil, wrong("userfile.column", "column", name, "columns", joinList(Columns()))
			}
			if jsonx.IsNull(raw) {
				continue
			}
			value, err := textOf(name, raw)
			if err != nil {
				return nil, wrong("userfile.member", "line", row.Line, "column", name)
			}
			row.Values[name] = value
		}
		if _, ok := row.has(Email); !ok {
			return nil, wrong("userfile.column.email")
		}
		if err := row.check(); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// textOf is the value of a member of the right type.
func textOf(name string, raw jsonx.Value) (string, error) {
	switch {
	case isFlag(name):
		var flag bool
		err := jsonx.Unmarshal(raw, &flag)
		return strconv.FormatBool(flag), err
	case isList(name):
		var list []string
		err := jsonx.Unmarshal(raw, &list)
		return joinList(list), err
	}
	var text string
	err := jsonx.Unmarshal(raw, &text)
	return strings.TrimSpace(text), err
}
