package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

const (
	// searched is how many clients one page of a search scans. The next page
	// continues after them, so every client can be found.
	searched   = 5000
	searchPage = 500
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
	size := searchPage
	if text == "" {
		size = limit + 1
	}
	for seen := 0; seen < searched; seen += size {
		page, err := r.store.Page(ctx, "", "", after, size)
		if err != nil {
			return nil, "", fmt.Errorf("search clients: %w", err)
		}
		for _, c := range page {
			if len(found) >= limit {
				return found, after, nil
			}
			after = c.ID
			known := slices.ContainsFunc(found, func(f Client) bool { return f.ID == c.ID })
			if c.Server == nil && !known && strings.Contains(strings.ToLower(c.Name), text) {
				found = append(found, c)
			}
		}
		if len(page) < size {
			return found, "", nil
		}
	}
	return found, after, nil
}
