package granttypes

import (
	"slices"
	"strings"
)

// Responses are all response types that a client can have, by their names on
// the wire with sorted words (RFC 6749 §3.1.1, OAuth 2.0 Multiple Response
// Types §5).
func Responses() []string {
	return []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"}
}

// ResponsesInOrder returns each response type once, with sorted words: the
// order of words has no meaning (RFC 6749 §3.1.1).
func ResponsesInOrder(types []string) []string {
	var sorted []string
	for _, t := range types {
		words := strings.Fields(t)
		slices.Sort(words)
		if response := strings.Join(words, " "); response != "" && !slices.Contains(sorted, response) {
			sorted = append(sorted, response)
		}
	}
	return sorted
}

// NeedsCode reports whether the answer contains a code.
func NeedsCode(response string) bool { return slices.Contains(strings.Fields(response), "code") }

// NeedsImplicit reports whether the answer contains a token.
func NeedsImplicit(response string) bool {
	words := strings.Fields(response)
	return slices.Contains(words, "token") || slices.Contains(words, "id_token")
}
