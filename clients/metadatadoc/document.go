// Package metadatadoc reads what clients publish on the web: the metadata
// documents of apps and of other hubs
// (draft-ietf-oauth-client-id-metadata-document), and what those point to. It
// holds a document against what is the same for all of them; what it may ask
// for is decided by who takes it.
package metadatadoc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// A Document is a client's metadata document as it was read.
type Document struct {
	URL     string          // where it is, which is the client's id
	At      redirecturi.URI // the URL, taken apart
	Members jsonx.Object    // by the names of RFC 7591 §2
	Life    time.Duration   // how long it counts, by its own word and within our bounds
}

// An Error says why a metadata document cannot be used. The cause, which only
// Error shows, is for whoever runs this hub; the rest is for whoever publishes
// the document.
type Error struct {
	URL            string
	forms.Problems // their words end a sentence, like "its client_id is …, which is not …"
	cause          error
}

// Error includes the private cause.
func (e *Error) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("metadata document %s: %s", e.URL, e.Problems)
	}
	return fmt.Sprintf("metadata document %s: %s (%v)", e.URL, e.Problems, e.cause)
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.cause }

// Fault is an Error about the document at a URL, with a private cause or nil.
func Fault(url string, cause error, problems forms.Problems) error {
	return &Error{URL: url, Problems: problems, cause: cause}
}

// IsURL reports whether an id has the form of the URL of a metadata document
// (draft-ietf-oauth-client-id-metadata-document §3): https, with a path,
// without fragment, user name or dot segments. The draft advises against a
// query and we do not refuse it. allowHTTP admits plain http, for hubs in
// development.
func IsURL(id string, allowHTTP bool) bool {
	u, err := redirecturi.Parse(id)
	return err == nil && u.Path != "" && u.Spelled(id) && (u.Scheme == "https" || u.Scheme == "http" && allowHTTP)
}

const maxDocument = 64 << 10 // bytes, for an inline key set; the draft suggests 5 KB (§8.7)

// Document reads the metadata document at a URL. One that cannot be used is
// *Error.
func (r Reader) Document(ctx context.Context, url string) (Document, error) {
	if !IsURL(url, r.AllowHTTP) {
		return Document{}, Fault(url, nil, forms.New("client_id", "document.address.bad"))
	}
	if r.own(url) {
		return Document{}, Fault(url, nil, forms.New("", "document.own"))
	}
	body, header, err := r.read(ctx, url, maxDocument, isJSON)
	if err != nil {
		return Document{}, Fault(url, err, forms.New("", "document.long", "max", maxDocument>>10))
	}
	doc, err := Parse(url, body)
	doc.Life = life(header)
	return doc, err
}

// own reports whether an address is on this hub.
func (r Reader) own(address string) bool {
	issuer, err1 := redirecturi.Parse(r.Issuer)
	u, err2 := redirecturi.Parse(address)
	return errors.Join(err1, err2) == nil && u.SameOrigin(issuer)
}

// Parse is Document of what was read already.
func Parse(url string, body []byte) (Document, error) {
	at, err := redirecturi.Parse(url)
	if err != nil {
		return Document{}, Fault(url, nil, forms.New("client_id", "document.address.bad"))
	}
	raw, err := jsonx.ParseObject(body)
	if err == nil {
		err = append(sameID(raw, url), withoutSecret(raw)...).Err()
	}
	if err != nil {
		return Document{}, Fault(url, nil, forms.Of(err))
	}
	return Document{URL: url, At: at, Members: raw}, nil
}

// sameID compares byte for byte (§4): a document elsewhere must not speak for
// this id.
func sameID(raw jsonx.Object, url string) forms.Problems {
	var id string
	if err := jsonx.Unmarshal(raw["client_id"], &id); err != nil || id != url {
		return forms.New("client_id", "document.client_id.bad", "id", id)
	}
	return nil
}

// withoutSecret refuses a document with a secret in it: there is no way to
// share one with somebody who only publishes (§4).
func withoutSecret(raw jsonx.Object) forms.Problems {
	for _, name := range []string{"client_secret", "client_secret_expires_at"} {
		if _, found := raw[name]; found {
			return forms.New(name, "document.secret", "member", name)
		}
	}
	return nil
}

const (
	minLife   = time.Minute      // however often it asks to be read
	usualLife = 10 * time.Minute // if it does not say
	maxLife   = time.Hour
)

// life is how long a document counts, by its own word (RFC 9111 §5.2.2, as
// §5.2 of the draft has it) and within our bounds.
func life(header http.Header) time.Duration {
	life := usualLife
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(header.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return minLife
		case "max-age":
			if seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				life = time.Duration(seconds) * time.Second
			}
		}
	}
	return min(max(life, minLife), maxLife)
}
