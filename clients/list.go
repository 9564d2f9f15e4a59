package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/scan"
)

// Search returns up to limit clients that are not hubs and match the text,
// after the id `after`, and where the next page continues; empty if there is
// none. The text is an id or part of a name. An empty text matches all.
func (r *Registry) Search(ctx context.Context, text, after string, limit int) (found []Client, next string, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text != "" && after == "" {
		switch c, err := r.Lookup(ctx, text); {
		case err == nil && c.Server == nil:
			found = append(found, c)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, "", err
		}
	}
	found, next, err = scan.Records(found, after, limit, text == "",
		func(after string, size int) ([]Client, error) { return r.store.Page(ctx, "", "", after, size) },
		func(c Client) string { return c.ID },
		func(c Client) bool {
			known := slices.ContainsFunc(found, func(f Client) bool { return f.ID == c.ID })
			return c.Server == nil && !known && strings.Contains(strings.ToLower(c.Name), text)
		})
	if err != nil {
		return nil, "", fmt.Errorf("search clients: %w", err)
	}
	return found, next, nil
}
