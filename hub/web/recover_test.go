package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
)

// newServed is an edge with one handler at every address, and its log.
func newServed(h HandlerFunc) (*gin.Engine, *bytes.Buffer) {
	gin.SetMode(gin.TestMode)
	log := &bytes.Buffer{}
	e := &Responder{
		Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now, Issuer: "https://id.example.org",
		Forms: Forms{Key: []byte("k"), Bind: func(http.ResponseWriter, *http.Request) (string, error) { return "b", nil }},
		Frame: func(*http.Request) templates.Frame { return templates.Frame{} },
	}
	engine := gin.New()
	engine.Use(e.Headers(true, false), e.Recover())
	engine.GET("/page", e.Page(h))
	engine.GET("/oauth2/json", e.JSON(h))
	return engine, log
}

func get(engine http.Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, r)
	return w
}

func TestAPanicIsAnErrorOfOursAndTellsNothing(t *testing.T) {
	engine, log := newServed(func(*gin.Context) error { panic("the password is hush") })
	for path, kind := range map[string]string{"/page": "text/html", "/oauth2/json": "application/json"} {
		log.Reset()
		w := get(engine, path)
		if w.Code != http.StatusInternalServerError || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: got %d %v", path, w.Code, w.Header())
		}
		if strings.Contains(w.Body.String(), "hush") || strings.Contains(w.Body.String(), "recover_test.go") {
			t.Errorf("%s shows the cause: %s", path, w.Body)
		}
		ref := w.Header().Get("X-Request-Id")
		if ref == "" || !strings.Contains(log.String(), ref) || !strings.Contains(log.String(), "recover_test.go") {
			t.Errorf("%s: the log does not say where, with the reference %q: %s", path, ref, log)
		}
		if path == "/page" && !strings.Contains(w.Body.String(), ref) {
			t.Errorf("the page does not show the reference %s: %s", ref, w.Body)
		}
		if path == "/oauth2/json" && !strings.Contains(w.Body.String(), `"server_error"`) {
			t.Errorf("got %s", w.Body)
		}
	}
}

// http.ErrAbortHandler is net/http's way to abort a response, and no error of the
// hub.
func TestABrokenConnectionIsNotRecovered(t *testing.T) {
	engine, log := newServed(func(*gin.Context) error { panic(http.ErrAbortHandler) })
	defer func() {
		if v := recover(); v != http.ErrAbortHandler || log.Len() > 0 {
			t.Errorf("got %v and the log %s", v, log)
		}
	}()
	get(engine, "/page")
	t.Error("the handler returned")
}

func TestAnErrorAfterTheAnswerIsLoggedAndNotSent(t *testing.T) {
	engine, log := newServed(func(c *gin.Context) error {
		c.String(http.StatusOK, "half")
		return errors.New("the disk is gone")
	})
	w := get(engine, "/page")
	if w.Code != http.StatusOK || w.Body.String() != "half" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "the disk is gone") || !strings.Contains(log.String(), "after it had answered") {
		t.Errorf("the log says %s", log)
	}
}

func TestEveryRequestEnds(t *testing.T) {
	var left time.Duration
	engine, _ := newServed(func(c *gin.Context) error {
		deadline, found := c.Request.Context().Deadline()
		if !found {
			t.Error("there is no deadline")
		}
		left = time.Until(deadline)
		return fmt.Errorf("look someone up: %w", context.DeadlineExceeded)
	})
	w := get(engine, "/page")
	if left > 15*time.Second {
		t.Errorf("a request may take %v, want 15 s at most", left)
	}
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	if w := get(engine, "/oauth2/json"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "temporarily_unavailable") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestWhoeverWentAwayIsNoFaultOfOurs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	engine, log := newServed(func(c *gin.Context) error {
		cancel()
		<-c.Request.Context().Done()
		return fmt.Errorf("look someone up: %w", c.Request.Context().Err())
	})
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/page", nil))
	if log.Len() > 0 || w.Body.Len() > 0 {
		t.Errorf("got %s and the log %s", w.Body, log)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	engine, _ := newServed(func(c *gin.Context) error { return SeeOther(c, "/there") })
	h := get(engine, "/page").Header()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=31536000", "Cache-Control": "no-store", "Location": "/there",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
		if !strings.Contains(h.Get("Content-Security-Policy"), part) {
			t.Errorf("the policy lacks %s: %s", part, h.Get("Content-Security-Policy"))
		}
	}
}
