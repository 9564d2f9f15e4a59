package reader_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/reader"
)

func TestAReaderIsKnownToTheirRequest(t *testing.T) {
	r := reader.New(reader.Preferences{Accept: "fr"})
	ctx := reader.With(t.Context(), r)
	reader.Of(ctx).Ask("de en")
	reader.Of(ctx).Ask(" ") // a flow without ui_locales
	reader.Of(ctx).Ask(strings.Repeat("de ", 1000))
	reader.Of(ctx).Meet("es")
	if got, want := reader.Of(ctx).Known(), (reader.Preferences{Asked: "de en", Own: "es", Accept: "fr"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWorkWithoutARequestHasNoReader(t *testing.T) {
	reader.Of(t.Context()).Ask("de")
	reader.Of(t.Context()).Meet("de")
	if got := reader.Of(t.Context()).Known(); got != (reader.Preferences{}) {
		t.Errorf("got %+v", got)
	}
}
