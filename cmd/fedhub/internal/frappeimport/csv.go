package frappeimport

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// A tableReader returns the rows of a file with their line numbers.
type tableReader interface {
	next() (cells []string, line int, err error)
}

// parseTable reads the CSV files of Data Export, Data Import and the report
// view, and what a database client prints.
func parseTable(at Place, text []byte, most int) ([]Doc, error) {
	delimiter := delimiterOf(firstLine(text))
	if delimiter == 0 {
		return nil, at.fault("is neither JSON nor CSV with headings in the first line")
	}
	var rows tableReader = newQuoted(text, delimiter)
	if delimiter == '\t' && !bytes.Contains(firstLine(text), []byte{'"'}) {
		rows = &clientOutput{lines: strings.Split(string(text), "\n")}
	}
	t := &tableParser{at: at, most: most}
	for {
		cells, line, err := rows.next()
		switch {
		case errors.Is(err, io.EOF):
			return t.finish()
		case err != nil:
			t.at.Row = line
			return nil, t.at.fault("is not CSV: %v", cause(err))
		}
		if err := t.row(cells, line); err != nil {
			return nil, err
		}
	}
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
	if best == 0 && bytes.HasPrefix(bytes.Trim(line, "\" \r\n"), []byte(templateTitle)) {
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

func (q quoted) next() ([]string, int, error) {
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

func cause(err error) error {
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

func (c *clientOutput) next() ([]string, int, error) {
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

// A tableParser turns rows into documents. The first row that is not empty has the
// headings, unless it begins a template.
type tableParser struct {
	at       Place
	most     int
	doctype  string
	columns  []column
	template *template
	unread   []string // headings
	docs     []Doc
	rows     int
}

func (t *tableParser) row(cells []string, line int) error {
	t.at.Row = line
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return nil
	}
	switch {
	case t.template != nil && t.columns == nil:
		return t.templateHead(cells)
	case t.columns == nil && opensTemplate(cells):
		t.template = &template{}
		return t.templateHead(cells)
	case t.columns == nil:
		return t.head(cells)
	case t.template != nil && t.template.skips(cells):
		return nil
	}
	if t.rows++; t.rows > t.most {
		return t.at.fault("there are more than %d documents in all files; import them in parts", maxDocs)
	}
	return t.body(cells)
}

// head finds the doctype that matches the headings, and the columns.
func (t *tableParser) head(cells []string) error {
	best := 0
	for _, doctype := range schemas() {
		s, _ := schemaOf(doctype)
		var columns []column
		var names, unread []string
		for _, heading := range cells {
			c := s.column(heading)
			columns = append(columns, c)
			switch {
			case c.field == "" && strings.TrimSpace(heading) != "":
				unread = append(unread, strings.TrimSpace(heading))
			case c.table == "" && c.field != "":
				names = append(names, c.field)
			}
		}
		if guess(names) == doctype && len(names) > best {
			best, t.doctype, t.columns, t.unread = len(names), doctype, columns, unread
		}
	}
	if best == 0 {
		return t.at.fault("has no headings that identify users, OAuth Clients or Social Login Keys; export it with English headings and with the column ID")
	}
	return nil
}

// body adds a row to the documents: a new one, or more rows of the child
// tables of the one before.
func (t *tableParser) body(cells []string) error {
	row := newDoc(t.doctype, t.at)
	children := map[string]map[string]string{}
	for i, c := range t.columns {
		if c.field == "" || i >= len(cells) {
			continue
		}
		if len(cells[i]) > maxCell {
			return t.at.fault("%s is too long", c.field)
		}
		if c.table == "" {
			row.fields[c.field] = cells[i]
			continue
		}
		row.tables[c.table] = []map[string]string{}
		if strings.TrimSpace(cells[i]) != "" {
			if children[c.table] == nil {
				children[c.table] = map[string]string{}
			}
			children[c.table][c.field] = cells[i]
		}
	}
	row.fields["name"] = unquote(row.fields["name"])
	return t.append(row, children)
}

// unquote removes the quotes that Data Export puts around a name.
func unquote(name string) string {
	if name = strings.TrimSpace(name); len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
		return name[1 : len(name)-1]
	}
	return name
}

func (t *tableParser) append(row Doc, children map[string]map[string]string) error {
	s, _ := schemaOf(t.doctype)
	name := row.fields["name"]
	fresh := len(s.tables) == 0 || name != "" && (len(t.docs) == 0 || t.docs[len(t.docs)-1].fields["name"] != name)
	switch {
	case fresh:
		t.docs = append(t.docs, row)
	case len(t.docs) == 0:
		return t.at.fault("has no ID; export the column ID too")
	case len(children) == 0:
		return t.at.fault("has no ID and no row of a child table; export the column ID too")
	}
	d := t.docs[len(t.docs)-1]
	for table, child := range children {
		if len(d.tables[table]) >= maxRows {
			return t.at.fault("%s has more than %d rows", table, maxRows)
		}
		d.tables[table] = append(d.tables[table], child)
	}
	return nil
}

func (t *tableParser) finish() ([]Doc, error) {
	if t.columns == nil {
		return nil, t.at.fault("has no headings")
	}
	if len(t.docs) > 0 {
		t.docs[0].unread = t.unread
	}
	for _, d := range t.docs {
		if d.fields["name"] == "" {
			delete(d.fields, "name")
		}
	}
	return t.docs, nil
}
