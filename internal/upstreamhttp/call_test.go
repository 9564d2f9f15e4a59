package upstreamhttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

func newLine(t *testing.T, patience time.Duration, handler http.HandlerFunc) (*upstreamhttp.Line, string) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return upstreamhttp.New(server.Client(), patience), server.URL
}

func TestANoIsNotASilence(t *testing.T) {
	line, address := newLine(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
	})
	for range 20 {
		answer, err := line.PostForm(t.Context(), address, url.Values{})
		if err != nil || answer.Status != http.StatusBadRequest {
			t.Fatalf("got %d and %v, want 400", answer.Status, err)
		}
	}
}

func TestAVisitorWhoLeavesIsNotASilence(t *testing.T) {
	line, address := newLine(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		if _, err := line.Document(gone, address); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want context.Canceled", err)
		}
	}
	if _, err := line.Document(t.Context(), address); err != nil {
		t.Errorf("another visitor: %v", err)
	}
}

func TestPatienceEnds(t *testing.T) {
	line, address := newLine(t, 20*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			io.WriteString(w, ".")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	for _, path := range []string{"/hang", "/drip"} {
		if _, err := line.Document(t.Context(), address+path); !errors.Is(err, upstreamhttp.ErrSilent) {
			t.Errorf("%s: got %v, want ErrSilent", path, err)
		}
	}
}

func TestOnlyDocumentsAreRedirectedAndOnlyAtHome(t *testing.T) {
	var leaked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Add(1) }))
	defer other.Close()
	line, address := newLine(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/home":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		}
	})
	document := func(path string) (upstreamhttp.Answer, error) { return line.Document(t.Context(), address+path) }
	resource := func(path string) (upstreamhttp.Answer, error) {
		return line.Resource(t.Context(), address+path, "token")
	}
	post := func(path string) (upstreamhttp.Answer, error) {
		return line.PostForm(t.Context(), address+path, url.Values{})
	}
	for _, row := range []struct {
		name string
		send func(string) (upstreamhttp.Answer, error)
		path string
		want int
	}{
		{"document", document, "/home", 200},
		{"document", document, "/away", 307},
		{"document", document, "/loop", 302},
		{"resource", resource, "/home", 302},
		{"resource", resource, "/away", 307},
		{"form", post, "/home", 302},
		{"form", post, "/away", 307},
	} {
		answer, err := row.send(row.path)
		if err != nil || answer.Status != row.want {
			t.Errorf("%s %s: got %d and %v, want %d", row.name, row.path, answer.Status, err, row.want)
		}
	}
	if got := leaked.Load(); got != 0 {
		t.Errorf("the other host was reached %d times", got)
	}
}

func TestALongAnswerIsCutOff(t *testing.T) {
	line, address := newLine(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		n := upstreamhttp.MaxBody
		if r.URL.Path == "/more" {
			n++
		}
		io.WriteString(w, strings.Repeat("x", n))
	})
	if answer, err := line.Document(t.Context(), address); err != nil || len(answer.Body) != upstreamhttp.MaxBody {
		t.Errorf("as long as allowed: got %d bytes and %v", len(answer.Body), err)
	}
	if _, err := line.Document(t.Context(), address+"/more"); err == nil {
		t.Error("one byte more was accepted")
	}
}

func TestOnlySoManyAtOnce(t *testing.T) {
	const want = 64
	var mu sync.Mutex
	var now, most int
	full := make(chan struct{})
	line, address := newLine(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now++
		if most = max(most, now); now == want {
			close(full)
		}
		mu.Unlock()
		<-full // the first 64 wait for each other
		mu.Lock()
		now--
		mu.Unlock()
	})
	var callers sync.WaitGroup
	for range 2 * want {
		callers.Go(func() {
			if _, err := line.Document(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if most > want {
		t.Errorf("got %d requests at once, want %d at most", most, want)
	}
}

func TestAnEndlessAnswerIsNotRead(t *testing.T) {
	const endless = 256 << 20
	written := make(chan int, 1)
	line, address := newLine(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		total, chunk := 0, make([]byte, 1<<16)
		for total < endless {
			n, err := w.Write(chunk)
			if total += n; err != nil {
				break
			}
		}
		written <- total
	})
	if _, err := line.Document(t.Context(), address); err == nil {
		t.Error("it was accepted")
	}
	// Bytes in kernel buffers were sent, but not read.
	if got := <-written; got > 32<<20 {
		t.Errorf("%d MB were taken", got>>20)
	}
}
