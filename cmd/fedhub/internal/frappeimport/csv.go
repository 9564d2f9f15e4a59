package frappeimport

import (
	"errors"
	"io"
	"strings"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/frappeschema"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/tablerows"
)

// parseTable reads the CSV files of Data Export, Data Import and the report
// view, and what a database client prints.
func parseTable(at Place, text []byte, most int) ([]Doc, error) {
	rows, ok := tablerows.Of(text)
	if !ok {
		return nil, at.fault("is neither JSON nor CSV with headings in the first line")
	}
	t := &tableParser{at: at, most: most}
	for {
		cells, line, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF):
			return t.finish()
		case err != nil:
			t.at.Row = line
			return nil, t.at.fault("is not CSV: %v", tablerows.Cause(err))
		}
		if err := t.row(cells, line); err != nil {
			return nil, err
		}
	}
}

// A tableParser turns rows into documents. The first row that is not empty has the
// headings, unless it begins a template.
type tableParser struct {
	at       Place
	most     int
	doctype  string
	columns  []frappeschema.Column
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
	for _, doctype := range frappeschema.All() {
		s, _ := frappeschema.Of(doctype)
		var columns []frappeschema.Column
		var names, unread []string
		for _, heading := range cells {
			c := s.Column(heading)
			columns = append(columns, c)
			switch {
			case c.Field == "" && strings.TrimSpace(heading) != "":
				unread = append(unread, strings.TrimSpace(heading))
			case c.Table == "" && c.Field != "":
				names = append(names, c.Field)
			}
		}
		if frappeschema.Guess(names) == doctype && len(names) > best {
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
		if c.Field == "" || i >= len(cells) {
			continue
		}
		if len(cells[i]) > maxCell {
			return t.at.fault("%s is too long", c.Field)
		}
		if c.Table == "" {
			row.fields[c.Field] = cells[i]
			continue
		}
		row.tables[c.Table] = []map[string]string{}
		if strings.TrimSpace(cells[i]) != "" {
			if children[c.Table] == nil {
				children[c.Table] = map[string]string{}
			}
			children[c.Table][c.Field] = cells[i]
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
	s, _ := frappeschema.Of(t.doctype)
	name := row.fields["name"]
	fresh := len(s.Tables) == 0 || name != "" && (len(t.docs) == 0 || t.docs[len(t.docs)-1].fields["name"] != name)
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
