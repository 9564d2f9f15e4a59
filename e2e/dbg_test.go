package e2e_test

import (
	"context"
	"testing"
	"time"
	"net/http"

	"github.com/chromedp/chromedp"
)

func TestDbg(t *testing.T) {
	u := serve(t, func(rw http.ResponseWriter, r *http.Request) { t.Log("req", r.URL); rw.Header().Set("Content-Type","text/html"); rw.Write([]byte("<title>x</title><p>hello")) })
	b := browser(t)
	ctx, cancel := chromedp.NewContext(b, chromedp.WithNewBrowserContext(), chromedp.WithDebugf(t.Logf))
	defer cancel()
	c2, _ := context.WithTimeout(ctx, 8*time.Second)
	t.Log(chromedp.Do(ctx))
	t.Log(chromedp.Do(c2, chromedp.Navigate(u)))
}
