package web

import (
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestHostsBelowTheHubsAreNotItsToSpeakFor(t *testing.T) {
	for _, row := range []struct {
		secure, subdomains bool
		want               string
	}{
		{true, false, "max-age=31536000"}, {true, true, "max-age=31536000; includeSubDomains"}, {false, true, ""},
	} {
		engine := gin.New()
		engine.Use((&Responder{}).Headers(row.secure, row.subdomains))
		engine.GET("/", func(*gin.Context) {})
		rw := httptest.NewRecorder()
		engine.ServeHTTP(rw, httptest.NewRequest("GET", "/", nil))
		if got := rw.Header().Get("Strict-Transport-Security"); got != row.want {
			t.Errorf("by https %v, with hosts below %v: got %q, want %q", row.secure, row.subdomains, got, row.want)
		}
	}
}
