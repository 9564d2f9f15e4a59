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
	if !r.canFetch {
		return nil, errors.New("this hub fetches nothing")
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer was %s, not 200", res.Status)
	}
	mediaType, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if accept != nil && (err != nil || !accept(mediaType)) {
		return nil, fmt.Errorf("the answer is of type %q", res.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > limit {
		return nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return body, nil
}

// isJSON accepts application/json and application/…+json.
func isJSON(mediaType string) bool {
	return mediaType == "application/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}
