package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/internal/forms"
)

// A wordList is a flag that takes several words, with blanks, lines or commas
// between, as the pages do; it may be repeated.
type wordList []string

// Decode adds what stands behind the flag.
func (l *wordList) Decode(ctx *kong.DecodeContext) error {
	return decodeList(ctx, (*[]string)(l), forms.Words)
}

// An addressList is a flag that takes several addresses, with blanks or lines
// between; it may be repeated.
type addressList []string

// Decode adds what stands behind the flag.
func (l *addressList) Decode(ctx *kong.DecodeContext) error {
	return decodeList(ctx, (*[]string)(l), forms.Addresses)
}

func decodeList(ctx *kong.DecodeContext, list *[]string, split func(string) []string) error {
	var typed string
	if err := ctx.Scan.PopValueInto("list", &typed); err != nil {
		return err
	}
	*list = append(*list, split(typed)...)
	return nil
}

// A word is a flag of which the letter case does not matter.
type word string

// UnmarshalText reads it.
func (w *word) UnmarshalText(typed []byte) error {
	*w = word(strings.ToLower(strings.TrimSpace(string(typed))))
	return nil
}
