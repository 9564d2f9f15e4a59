package e2e_test

import "testing"

// The size limit of the sign-in page, with all its responses uncompressed, and
// their maximum number.
const (
	maxWeight   = 30_000 // bytes
	maxRequests = 5
)

func TestTheSignInPageIsLight(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL)
		b.seen.forget()
		b.press("#sign-in")
		b.until("everything to be fetched", "performance.getEntriesByType('resource').every(r => r.responseEnd > 0)")

		var weight float64
		var count int
		fetched := map[string]bool{}
		for _, q := range b.seen.all() {
			if q.status >= 300 && q.status < 400 || fetched[q.url] {
				continue // a redirect on the way, or the logo as the tab's icon
			}
			fetched[q.url] = true
			weight += q.size
			count++
		}
		if count == 0 || weight > maxWeight || count > maxRequests {
			t.Errorf("the sign-in page takes %d requests and %.0f bytes, want %d and %d at most:\n%s", count, weight, maxRequests, maxWeight, b.seen)
		}
		t.Logf("%d requests, %.0f bytes", count, weight)
	})
}
