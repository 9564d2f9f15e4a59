package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/FastFilter/xorfilter"

	"github.com/fedhub/fedhub/internal/breached"
)

func TestLongPasswordsComeFirstAndShortOnesByRank(t *testing.T) {
	list := "123456\nsunshine1\nPassWord12\r\nfootball9\ntwelve letters\nTwelve-Letters\n\xff\xfe\xfa\xf0\xf1\xf2\xf3\xf4\n........a\n"
	got, err := choose(strings.NewReader(list), 3)
	if want := []string{"twelveletters", "sunshine1", "password12"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestTheSameListGivesTheSameBytes(t *testing.T) {
	list := []string{"sunshine1", "password12", "twelveletters"}
	var one, two bytes.Buffer
	if err := write(&one, list); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	if err := write(&two, append(list, list[0])); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the order of the list changes the file")
	}
	filter, err := xorfilter.LoadBinaryFuse[uint16](&one)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if !filter.Contains(breached.Key(p)) {
			t.Errorf("%s is not in the file", p)
		}
	}
}
