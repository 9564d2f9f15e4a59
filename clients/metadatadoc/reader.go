package metadatadoc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// readTimeout bounds one fetch, whatever the HTTP client allows.
const readTimeout = 10 * time.Second

// A Reader fetches what clients publish on the web.
type Reader struct {
	HTTP      *http.Client // guarded against private addresses; required for reading
	Issuer    string       // ours: the hub's own documents are not clients
	AllowHTTP bool         // allows documents on plain http, for hubs in development
}

// ErrUnreachable is in the error of a read without an answer, or with a
// temporary server error.
var ErrUnreachable = errors.New("it does not answer")

// ErrGone is in the error of a read for which the server says that the document
// does not exist.
var ErrGone = errors.New("it is not there")

// Read fetches a document of at most limit bytes. Redirects are not followed,
// and any status but 200 is an error.
func (r Reader) Read(ctx context.Context, address string, limit int) ([]byte, error) {
	body, _, err := r.read(ctx, address, limit, nil)
	return body, err
}

// read also checks the content type, unless accept is nil, and returns the
// headers.
func (r Reader) read(ctx context.Context, address string, limit int, accept func(mediaType string) bool) ([]byte, http.Header, error) {
	if r.HTTP == nil {
		return nil, nil, errors.New("this hub has no HTTP client to fetch with")
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "application/json")
	client := *r.HTTP
	// A document at another address is not this client's document (Client ID
	// Metadata Document §5 forbids following), and the same is true for a key
	// set.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusInternalServerError || res.StatusCode == http.StatusTooManyRequests {
		return nil, nil, fmt.Errorf("%w: the answer was %s", ErrUnreachable, res.Status)
	}
	if res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone {
		return nil, nil, fmt.Errorf("%w: the answer was %s", ErrGone, res.Status)
	}
	if res.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("the answer was %s, not 200", res.Status)
	}
	mediaType, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if accept != nil && (err != nil || !accept(mediaType)) {
		return nil, nil, fmt.Errorf("the answer is of type %q", res.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if len(body) > limit {
		return nil, nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return jsonx.WithoutMark(body), res.Header, nil
}

// isJSON accepts application/json and application/…+json.
func isJSON(mediaType string) bool {
	return mediaType == "application/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}
