package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// defaultLimit is the time limit of every request: a slower request is answered as
// unavailable. The last part of it is reserved for records that must be written
// although the request has failed; see package lasting.
const defaultLimit = 15 * time.Second

// limited sets the deadline of a request.
func (e *Responder) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := cmp.Or(e.Limit, defaultLimit)
	begun := time.Now()
	ctx = lasting.Before(ctx, begun.Add(limit))
	return context.WithDeadline(ctx, begun.Add(limit-min(lasting.Limit, limit/2)))
}

const refKey = "fedhub/ref"

// Ref returns the request's reference: shown on error pages, in the
// X-Request-Id header, and in every log line and audit row of the request.
//
// All requests of a sign-in have the reference of the sign-in, so that one
// reference finds all of them.
func Ref(c *gin.Context) string { return c.GetString(refKey) }

// WithReference gives the request a reference.
func WithReference(c *gin.Context, ref string) {
	c.Set(refKey, ref)
	c.Writer.Header().Set("X-Request-Id", ref)
}

// crockford is an alphabet without letters that look like digits, because people
// read references aloud.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newRef is 40 random bits, like K7Q2-M4XD.
func newRef() string {
	var raw [5]byte
	rand.Read(raw[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24
	text := crockford.EncodeToString(raw[:])
	return text[:4] + "-" + text[4:]
}

// policy is the Content-Security-Policy. Forms submit only to this hub: a redirect
// to another site is a page of its own (see Redirect).
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// AllowFrames lets one page show frames of these origins, if a policy can name
// them.
func AllowFrames(c *gin.Context, origins []string) {
	var sources []string
	for _, origin := range origins {
		if source := redirecturi.SourceOf(origin); source != "" {
			sources = append(sources, source)
		}
	}
	c.Header("Content-Security-Policy", policy+"; frame-src "+cmp.Or(strings.Join(sources, " "), "'none'"))
}

// AllowImages lets one page show images of this origin, or none, if it is empty or
// a policy cannot name it.
func AllowImages(c *gin.Context, origin string) {
	if source := redirecturi.SourceOf(origin); source != "" {
		c.Header("Content-Security-Policy", strings.Replace(policy, "img-src ", "img-src "+source+" ", 1))
	}
}

// AllowConnect lets the scripts of one page send requests to this hub.
func AllowConnect(c *gin.Context) { c.Header("Content-Security-Policy", policy+"; connect-src 'self'") }

// AllowEmbedding lets pages of any site show this page in a frame. The page can
// only run its script there.
func AllowEmbedding(c *gin.Context) {
	c.Writer.Header().Del("X-Frame-Options")
	c.Header("Content-Security-Policy", "default-src 'none'; script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *")
}

// Headers sets the headers of every response, also of errors. HSTS is sent on
// https only (RFC 6797). It does not cover subdomains, which may belong to other
// operators, unless a setting says so (§6.1.2).
func (e *Responder) Headers(secure, subdomains bool) gin.HandlerFunc {
	strict := ""
	if secure {
		strict = "max-age=31536000"
		if subdomains {
			strict += "; includeSubDomains"
		}
	}
	return func(c *gin.Context) {
		h := c.Writer.Header()
		WithReference(c, newRef())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", policy)
		if strict != "" {
			h.Set("Strict-Transport-Security", strict)
		}
		ctx, cancel := e.limited(c.Request.Context())
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}

// Recover turns a panic into the page or JSON of an internal error.
func (e *Responder) Recover() gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			if wantsJSON(c.Request) {
				e.fail(c, err, errorJSON)
			} else {
				e.fail(c, err, e.errorPage)
			}
			c.Abort()
		}()
		c.Next()
	}
}

// NotFoundPage answers a request without a matching route.
func (e *Responder) NotFoundPage(status int) gin.HandlerFunc {
	page := NotFound(nil)
	page.Status, page.Action = status, templates.Action{Label: locales.Say("errorpages.go-to-the-start-page"), URL: "/"}
	if status == http.StatusMethodNotAllowed {
		page.Heading = locales.Say("headers.this-address-doesnt-work-that")
		page.Text = locales.Say("headers.go-back-and-use-the")
	}
	return func(c *gin.Context) {
		show := e.errorPage
		if wantsJSON(c.Request) {
			show = errorJSON
		}
		e.fail(c, page, show)
	}
}

// programs are the path prefixes that only programs call.
var programs = []string{"/oauth2/", "/.well-known/", "/api/", "/protocol/openid-connect/"}

func wantsJSON(r *http.Request) bool {
	return !strings.Contains(r.Header.Get("Accept"), "text/html") ||
		slices.ContainsFunc(programs, func(p string) bool { return strings.HasPrefix(r.URL.Path, p) })
}

// Access logs every request at debug level: the route and never the URL, because
// URLs hold codes and states.
func Access(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !log.Enabled(c, slog.LevelDebug) {
			c.Next()
			return
		}
		start := time.Now()
		c.Next()
		log.DebugContext(c, "request", "method", c.Request.Method, "route", c.FullPath(),
			"status", c.Writer.Status(), "took", time.Since(start), "ref", Ref(c))
	}
}
