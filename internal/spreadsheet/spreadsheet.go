// Package spreadsheet writes texts into the cells of CSV files, so that no program
// reads one as a formula (CWE-1236).
package spreadsheet

import "strings"

// Cell is a text as a cell. One that a program would calculate begins with an
// apostrophe.
func Cell(text string) string {
	if calculates(text) {
		return "'" + text
	}
	return text
}

// Text is the text of a cell that Cell marked; ok is false for other cells.
func Text(cell string) (text string, ok bool) {
	text, ok = strings.CutPrefix(cell, "'")
	return text, ok && calculates(text)
}

func calculates(text string) bool {
	return text != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(text[0]))
}
