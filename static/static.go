// Package static carries the stylesheet, the script and the drawings of every
// page inside the program, and serves them.
//
// A file is served under a name that holds the hash of its content, so a
// browser may keep it for ever: a new release has new names. The pages ask URL
// for those names; nothing else knows them.
//
// It serves nothing that people upload and nothing that depends on who asks.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed app.css desk.css base.js desk.js session.js signout.js passkey.js icons.svg brands.svg logo.svg
var embedded embed.FS

// prefix is where the hub mounts Handler.
const prefix = "/static/"

// An asset is one file, ready to be sent.
type asset struct {
	url     string // with the hash in it
	kind    string // media type
	plain   []byte
	zipped  []byte
	zipWins bool // false where compressing gains nothing
}

var assets = sync.OnceValue(load)

// URL returns the path under which a file is served, for example
// "/static/app-4c1d9a02.css" for "app.css". A name that does not exist gives a
// path that answers 404.
func URL(name string) string {
	if found, ok := assets()[name]; ok {
		return found.url
	}
	return prefix + name
}

// Handler answers GET and HEAD for the paths that URL returns, and 404 for
// every other path.
func Handler() http.Handler {
	byURL := map[string]asset{}
	for _, a := range assets() {
		byURL[a.url] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		found, ok := byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This address is for reading only.", http.StatusMethodNotAllowed)
			return
		}
		send(w, r, found)
	})
}

func send(w http.ResponseWriter, r *http.Request, a asset) {
	header := w.Header()
	header.Set("Content-Type", a.kind)
	// The name changes whenever the content does (RFC 8246).
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	// An SVG opened by itself is a document and could run scripts.
	header.Set("Content-Security-Policy", "default-src 'none'")
	body := a.plain
	if a.zipWins {
		header.Set("Vary", "Accept-Encoding")
		// Ranges would then address the compressed bytes; these files are
		// too small to want any.
		if r.Header.Get("Range") == "" && takesGzip(r) {
			header.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip tells whether gzip stands in Accept-Encoding without being
// refused by "q=0" (RFC 9110 §12.5.3).
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			return weight == "" || strings.Trim(q, "0.") != ""
		}
	}
	return false
}

func load() map[string]asset {
	kinds := map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
	loaded := map[string]asset{}
	entries, err := embedded.ReadDir(".")
	if err != nil {
		panic(err) // the compiler put the files there
	}
	for _, entry := range entries {
		content, err := embedded.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		if entry.Name() == "passkey.js" { // one request less for the sign-in page
			base, err := embedded.ReadFile("base.js")
			if err != nil {
				panic(err)
			}
			content = append(base, content...)
		}
		extension := path.Ext(entry.Name())
		content = slim(content)
		if extension == ".css" {
			content = tighten(content)
		}
		base := strings.TrimSuffix(entry.Name(), extension)
		zipped := compress(content)
		loaded[entry.Name()] = asset{
			url:     prefix + base + "-" + digest(content) + extension,
			kind:    kinds[extension],
			plain:   content,
			zipped:  zipped,
			zipWins: len(zipped) < len(content),
		}
	}
	return loaded
}

// slim drops the lines that only people read: comments that fill whole lines,
// blank lines and indentation. The files are written so that this changes
// nothing else: no comment shares a line with code, no string spans lines.
func slim(content []byte) []byte {
	var kept strings.Builder
	inside := false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		switch {
		case inside:
			inside = !strings.HasSuffix(line, "*/")
		case strings.HasPrefix(line, "/*"):
			inside = !strings.HasSuffix(line, "*/")
		case line == "", strings.HasPrefix(line, "//"):
		default:
			kept.WriteString(line + "\n")
		}
	}
	return []byte(kept.String())
}

// tighten drops the spaces of a stylesheet that mean nothing. Those around the
// operators of calc() and between selectors mean something and stay.
func tighten(content []byte) []byte {
	spaces := strings.NewReplacer("; }", "}", " { ", "{", " {\n", "{", " }", "}", "; ", ";", ": ", ":", ", ", ",", "\n", "")
	return []byte(spaces.Replace(string(content)))
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func compress(content []byte) []byte {
	var zipped bytes.Buffer
	writer, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		panic(err) // only for a level that does not exist
	}
	if _, err := writer.Write(content); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	if err := writer.Close(); err != nil {
		panic(err)
	}
	return zipped.Bytes()
}
