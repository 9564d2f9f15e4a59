// Package scan searches records that no index finds, page by page and within
// bounds.
package scan

const (
	// most is how many records one search looks at. The next one continues after
	// them, so every record can be found.
	most    = 5000
	perPage = 500
)

// Records adds up to limit records that fit to those that were found already, from
// the id `after` on, and returns where the next search continues; empty if there are
// no more. all means that nearly every record fits, so a page needs no more than
// limit.
func Records[T any](found []T, after string, limit int, all bool, page func(after string, size int) ([]T, error), key func(T) string, fits func(T) bool) ([]T, string, error) {
	size := perPage
	if all {
		size = limit + 1
	}
	for seen := 0; seen < most; seen += size {
		records, err := page(after, size)
		if err != nil {
			return nil, "", err
		}
		for _, r := range records {
			if len(found) >= limit {
				return found, after, nil
			}
			if after = key(r); fits(r) {
				found = append(found, r)
			}
		}
		if len(records) < size {
			return found, "", nil
		}
	}
	return found, after, nil
}
