package frappeimport

import "strings"

// Marks of the files that Data Export writes, and the Data Import of versions
// up to 12.
const (
	templateTitle   = "Data Import Template"
	templateTypes   = "DocType:"
	templateColumns = "Column Name:"
)

// A template is a file whose headings take several rows, with notes before
// them. Its first column holds the titles of those rows.
type template struct{ types []string }

func opensTemplate(cells []string) bool {
	first := strings.TrimSpace(cells[0])
	return first == templateTitle || first == templateTypes
}

// templateHead waits for the two rows that say what is in each column.
func (t *tableParser) templateHead(cells []string) error {
	switch strings.TrimSpace(cells[0]) {
	case templateTypes:
		t.template.types = append([]string(nil), cells...)
	case templateColumns:
		if len(t.template.types) < 2 {
			return t.at.fault("the row %q has to stand before the row %q", templateTypes, templateColumns)
		}
		return t.templateColumns(cells)
	}
	return nil
}

// templateColumns reads which columns are of which table: its doctype stands
// over the first, and the name of a child table over the second.
func (t *tableParser) templateColumns(cells []string) error {
	types := t.template.types
	t.doctype = strings.TrimSpace(types[1])
	s, found := schemaOf(t.doctype)
	if !found {
		return t.at.fault("holds documents of the type %q, which are not imported; leave it out", t.doctype)
	}
	t.columns = make([]column, len(cells))
	in := ""
	for i := 1; i < len(cells); i++ {
		if i > 1 && i+1 < len(types) && types[i-1] == "~" && types[i] != "" && types[i] != "~" {
			in = strings.TrimSpace(types[i+1])
		}
		field := strings.TrimSpace(cells[i])
		if in != "" {
			t.columns[i], _ = s.tableColumn(in, field)
		} else if _, known := s.fields[field]; known {
			t.columns[i] = column{field: field}
		}
		if t.columns[i].field == "" && field != "" && field != "~" {
			t.unread = append(t.unread, field)
		}
	}
	return nil
}

// skips passes over the rows behind the headings, which have a title too.
func (t *template) skips(cells []string) bool { return strings.TrimSpace(cells[0]) != "" }
