// Package locales holds the words of the hub's pages and emails. active.en.toml
// is the catalogue: every text that people read, under an id. Program and
// templates name an id and its arguments; the words are looked up here, in the
// language of the reader.
//
// A message is text. It is escaped where it is shown, so it cannot hold HTML.
// Its arguments are values and never become part of its source. Where a
// sentence holds a link or an emphasis, its numbered parts say where:
//
//	"Changed your mind? <1>Sign in</1> instead."
//
// and the template says what part 1 is. protocol.toml has what clients are told
// beside the error of a protocol (error_description, RFC 6749 §5.2): it is
// ASCII, for developers, and English in every language.
package locales
