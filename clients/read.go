package clients

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// readTimeout bounds one fetch, whatever the handed-in client allows.
const readTimeout = 10 * time.Second

// read gets a document of at most limit bytes. Redirects are not followed and
// anything but 200 is an error. accept, unless nil, decides by content type.
func (r *Registry) read(ctx context.Context, address string, limit int, accept func(mediaType string) bool) ([]byte, error) {
	body, _, err := r.readWith(ctx, address, limit, accept)
	return body, err
}

// errUnreachable is in the error of a fetch that found nobody to answer, or
// somebody who cannot at the moment.
var errUnreachable = errors.New("it does not answer")

// errGone is in the error of a fetch whose server says that there is nothing.
var errGone = errors.New("it is not there")

// readWith is read with the header of the answer.
func (r *Registry) readWith(ctx context.Context, address string, limit int, accept func(mediaType string) bool) ([]byte, http.Header, error) {
	if !r.canFetch {
		return nil, nil, errors.New("this hub fetches nothing")
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusInternalServerError || res.StatusCode == http.StatusTooManyRequests {
		return nil, nil, fmt.Errorf("%w: the answer was %s", errUnreachable, res.Status)
	}
	if res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone {
		return nil, nil, fmt.Errorf("%w: the answer was %s", errGone, res.Status)
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
		return nil, nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	if len(body) > limit {
		return nil, nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return body, res.Header, nil
}

// isJSON accepts application/json and application/…+json.
func isJSON(mediaType string) bool {
	return mediaType == "application/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}
