package frappeimport

import (
	"strings"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/frappeschema"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/tablerows"
)

// Titles in files of Data Export, and of Data Import up to version 12.
const (
	templateTitle   = tablerows.TemplateTitle
	templateTypes   = "DocType:"
	templateColumns = "Column Name:"
)

// A template is a file with headings in several rows, and notes before them. Its
// first column contains the titles of these rows.
type template struct{ types []string }

func opensTemplate(cells []string) bool {
	first := strings.TrimSpace(cells[0])
	return first == templateTitle || first == templateTypes
}

// templateHead finds the two rows that describe the columns.
func (t *tableParser) templateHead(cells []string) error {
	switch strings.TrimSpace(cells[0]) {
	case templateTypes:
		t.template.types = append([]string(nil), cells...)
	case templateColumns:
		if len(t.template.types) < 2 {
			return t.at.fault("the row %q must come before the row %q", templateTypes, templateColumns)
		}
		return t.templateColumns(cells)
	}
	return nil
}

// templateColumns assigns the columns to tables: the first column of a table has its
// doctype above it, the second has the name of the child table.
func (t *tableParser) templateColumns(cells []string) error {
	types := t.template.types
	t.doctype = strings.TrimSpace(types[1])
	s, found := frappeschema.Of(t.doctype)
	if !found {
		return t.at.fault("contains documents of the type %q, which are not imported; leave this file out", t.doctype)
	}
	t.columns = make([]frappeschema.Column, len(cells))
	in := ""
	for i := 1; i < len(cells); i++ {
		if i > 1 && i+1 < len(types) && types[i-1] == "~" && types[i] != "" && types[i] != "~" {
			in = strings.TrimSpace(types[i+1])
		}
		field := strings.TrimSpace(cells[i])
		if in != "" {
			t.columns[i], _ = s.TableColumn(in, field)
		} else if _, known := s.Fields[field]; known {
			t.columns[i] = frappeschema.Column{Field: field}
		}
		if t.columns[i].Field == "" && field != "" && field != "~" {
			t.unread = append(t.unread, field)
		}
	}
	return nil
}

// skips reports whether a row is one of the titled rows after the headings.
func (t *template) skips(cells []string) bool { return strings.TrimSpace(cells[0]) != "" }
