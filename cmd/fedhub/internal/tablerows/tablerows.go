// Package tablerows reads the rows of CSV files and of what a database client
// prints.
package tablerows

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// TemplateTitle begins files of Data Import up to version 12.
const TemplateTitle = "Data Import Template"

// A Reader returns the rows of a file with their line numbers, and io.EOF at the
// end.
type Reader interface {
	Next() (cells []string, line int, err error)
}

// Of reads a text; false if it has no headings in its first line.
func Of(text []byte) (Reader, bool) {
	delimiter := delimiterOf(firstLine(text))
	switch {
	case delimiter == 0:
		return nil, false
	case delimiter == '\t' && !bytes.Contains(firstLine(text), []byte{'"'}):
		return &clientOutput{lines: strings.Split(string(text), "\n")}, true
	}
	return newQuoted(text, delimiter), true
}

// firstLine is the first line with anything but empty cells.
func firstLine(text []byte) []byte {
	for line := range bytes.Lines(text) {
		if len(bytes.Trim(line, "\", ;\t\r\n")) > 0 {
			return line
		}
	}
	return nil
}

// delimiterOf is the most frequent delimiter outside quotes. Frappe's export lets
// users choose it, and spreadsheets choose it by country.
func delimiterOf(line []byte) rune {
	count, quoted := map[byte]int{}, false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			count[c]++
		}
	}
	var best byte
	for _, c := range []byte{',', ';', '\t', '|'} {
		if count[c] > 0 && (best == 0 || count[c] > count[best]) {
			best = c
		}
	}
	if best == 0 && bytes.HasPrefix(bytes.Trim(line, "\" \r\n"), []byte(TemplateTitle)) {
		return ',' // the title row of a template has one cell
	}
	return rune(best)
}

// quoted is CSV (RFC 4180).
type quoted struct{ *csv.Reader }

func newQuoted(text []byte, delimiter rune) quoted {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = delimiter, -1, true
	return quoted{r}
}

func (q quoted) Next() ([]string, int, error) {
	cells, err := q.Read()
	if err != nil {
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, bad.Line, err
		}
		return nil, 0, err
	}
	line, _ := q.FieldPos(0)
	return cells, line, nil
}

// Cause is what is wrong, without the line.
func Cause(err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return bad.Err
	}
	return err
}

// clientOutput is the output of "mariadb -e": tabs between cells, no quoting, and
// backslash escapes for tabs and line breaks.
type clientOutput struct {
	lines []string
	at    int
}

var unescape = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`, `\0`, "")

func (c *clientOutput) Next() ([]string, int, error) {
	for c.at < len(c.lines) {
		line := strings.TrimSuffix(c.lines[c.at], "\r")
		c.at++
		if line == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		for i, cell := range cells {
			if cells[i] = unescape.Replace(cell); cell == "NULL" {
				cells[i] = ""
			}
		}
		return cells, c.at, nil
	}
	return nil, 0, io.EOF
}
