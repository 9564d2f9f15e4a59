// Package metadatadoc reads what clients publish on the web: the metadata
// documents of apps and of other hubs
// (draft-ietf-oauth-client-id-metadata-document), and what they refer to. It
// checks the rules that are the same for all of them; its callers decide about
// the rest.
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

// A Document is a client's metadata document as read.
type Document struct {
	URL     string          // its address, which is the client's id
	At      redirecturi.URI // the URL, parsed
	Members jsonx.Object    // by the names of RFC 7591 §2
	Life    time.Duration   // how long it may be used, by its own headers and within our limits
}

// An Error says why a metadata document cannot be used. Only Error shows the
// cause, which is for the operator of this hub; the rest is for the publisher
// of the document.
type Error struct {
	URL            string
	forms.Problems // they complete a sentence, like "its client_id is …, which is not …"
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

// IsURL reports whether an id is the URL of a metadata document
// (draft-ietf-oauth-client-id-metadata-document §3): https, with a path,
// without fragment, user name or dot segments. The draft advises against a
// query; we accept it. allowHTTP allows plain http, for hubs in development.
func IsURL(id string, allowHTTP bool) bool {
	u, err := redirecturi.Parse(id)
	return err == nil && u.Path != "" && u.Spelled(id) && (u.Scheme == "https" || u.Scheme == "http" && allowHTTP)
}

const maxDocument = 64 << 10 // bytes; enough for an inline key set; the draft suggests 5 KB (§8.7)

// Document reads the metadata document at a URL. An unusable one is *Error.
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

// Parse is Document for a body that was read already.
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

// sameID compares byte by byte (§4): a document at another address must not
// describe this id.
func sameID(raw jsonx.Object, url string) forms.Problems {
	var id string
	if err := jsonx.Unmarshal(raw["client_id"], &id); err != nil || id != url {
		return forms.New("client_id", "document.client_id.bad", "id", id)
	}
	return nil
}

// withoutSecret refuses a document with a secret in it: a published document
// cannot share one (§4).
func withoutSecret(raw jsonx.Object) forms.Problems {
	for _, name := range []string{"client_secret", "client_secret_expires_at"} {
		if _, found := raw[name]; found {
			return forms.New(name, "document.secret", "member", name)
		}
	}
	return nil
}

const (
	minLife   = time.Minute      // even if it asks for more frequent reads
	usualLife = 10 * time.Minute // without a header
	maxLife   = time.Hour
)

// life is how long a document may be used, by its headers (RFC 9111 §5.2.2, as
// the draft requires in §5.2) and within our limits.
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
