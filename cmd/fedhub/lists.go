package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/internal/forms"
)

// A wordList is a flag with several words, separated by spaces, line breaks or
// commas as on the pages. It may be repeated.
type wordList []string

// Decode adds the words of one flag.
func (l *wordList) Decode(ctx *kong.DecodeContext) error {
	return decodeList(ctx, (*[]string)(l), forms.Words)
}

// An addressList is a flag with several addresses, separated by spaces or line
// breaks. It may be repeated.
type addressList []string

// Decode adds the addresses of one flag.
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

// A word is a flag that may be typed in any letter case.
type word string

// UnmarshalText reads it.
func (w *word) UnmarshalText(typed []byte) error {
	*w = word(strings.ToLower(strings.TrimSpace(string(typed))))
	return nil
}
