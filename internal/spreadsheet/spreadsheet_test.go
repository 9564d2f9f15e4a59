package spreadsheet

import "testing"

func TestACellIsNotCalculated(t *testing.T) {
	for _, text := range []string{"=1+1", "+49 30 1", "-1", "@SUM(A1)", "\tx", "\r=1", "\n=1", "|calc", "%0A", "Ada", "'Ada", ""} {
		cell := Cell(text)
		if calculates(cell) {
			t.Errorf("%q is written as %q", text, cell)
		}
		if got, ok := Text(cell); ok != (cell != text) || ok && got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}
