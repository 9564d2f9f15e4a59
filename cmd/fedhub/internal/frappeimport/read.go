package frappeimport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits that real exports do not reach.
const (
	maxFile = 256 << 20 // bytes
	maxDocs = 200_000   // in all files, rows of child tables among them
	maxCell = 64 << 10  // bytes of one value
	maxRows = 500       // of one child table
)

// A Place is a position in a file: the number of a document in a JSON file, or of a
// line in other files.
type Place struct {
	File string `json:"file"`
	Row  int    `json:"row"`
}

func (p Place) String() string { return fmt.Sprintf("%s, row %d", p.File, p.Row) }

// A Fault says why a file cannot be used.
type Fault struct {
	Place
	Text string
}

func (f Fault) Error() string {
	if f.Row == 0 {
		return f.File + ": " + f.Text
	}
	return f.Place.String() + ": " + f.Text
}

func (p Place) fault(format string, args ...any) error { return Fault{p, fmt.Sprintf(format, args...)} }

// A Doc is one document with the fields that are read. A field that is not in the
// export is missing; one without a value is empty.
type Doc struct {
	Type   string
	At     Place
	fields map[string]string
	tables map[string][]map[string]string
	unread []string // headings of its file that are not read; set for the first document of a file
}

func newDoc(doctype string, at Place) Doc {
	return Doc{Type: doctype, At: at, fields: map[string]string{}, tables: map[string][]map[string]string{}}
}

// text is a field without the space around it.
func (d Doc) text(field string) string { return strings.TrimSpace(d.fields[field]) }

// says reports whether the export has a field.
func (d Doc) says(field string) bool { _, found := d.fields[field]; return found }

// lists reports whether the export has a child table.
func (d Doc) lists(table string) bool { _, found := d.tables[table]; return found }

// on reads a check box.
func (d Doc) on(field string) bool {
	switch strings.ToLower(d.text(field)) {
	case "1", "1.0", "yes", "true", "y":
		return true
	}
	return false
}

// Read reads files, and the .json, .csv and .tsv files of folders. The content of a
// file decides how it is read. The error joins Faults.
func Read(paths []string) (*Export, error) {
	files, err := list(paths)
	if err != nil {
		return nil, err
	}
	e := newExport()
	var faults []error
	for _, file := range files {
		docs, err := readFile(file, maxDocs-e.read)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		e.add(filepath.Base(file), docs)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return e, e.join()
}

func list(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, Fault{Place{File: path}, "cannot be read: " + reason(err)}
		case info.Mode().IsRegular():
			files = append(files, path)
			continue
		case !info.IsDir():
			return nil, Fault{Place{File: path}, "is neither a file nor a folder"}
		}
		some, err := inFolder(path)
		if err != nil {
			return nil, err
		}
		files = append(files, some...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

func inFolder(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, Fault{Place{File: path}, "cannot be read: " + reason(err)}
	}
	var files []string
	for _, entry := range entries {
		wanted := slices.Contains([]string{".json", ".csv", ".tsv"}, strings.ToLower(filepath.Ext(entry.Name())))
		if wanted && entry.Type().IsRegular() && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, Fault{Place{File: path}, "has no .json, .csv or .tsv file"}
	}
	return files, nil
}

// reason is an error of the file system without the path, which the Fault has.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func readFile(path string, most int) ([]Doc, error) {
	at := Place{File: filepath.Base(path)}
	file, err := os.Open(path)
	if err != nil {
		return nil, at.fault("cannot be read: %s", reason(err))
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, at.fault("cannot be read: %s", reason(err))
	case len(text) > maxFile:
		return nil, at.fault("is larger than %d MiB; export it in parts", maxFile>>20)
	}
	return parse(at.File, text, most)
}

// parse reads the content of a file.
func parse(file string, text []byte, most int) ([]Doc, error) {
	at := Place{File: file}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // the byte order mark of Excel
	switch start := bytes.TrimSpace(text); {
	case len(start) == 0:
		return nil, at.fault("is empty")
	case !utf8.Valid(text):
		return nil, at.fault("is not UTF-8 text; export it again, or save it as CSV in UTF-8")
	case start[0] == '{' || start[0] == '[':
		return parseJSON(at, start, most)
	}
	return parseTable(at, text, most)
}
