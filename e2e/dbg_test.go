package e2e_test

import (
	"testing"
	"time"
	"fmt"

	"github.com/chromedp/chromedp"
)

func TestDbg(t *testing.T) {
	s := newSite(t, "x")
	a := s.administrator()
	for range 3 {
	a.open(s.URL+"/admin/settings")
	t0 := time.Now()
	a.do(chromedp.Evaluate[chromedp.Void](axe(t)))
	t1 := time.Now()
	a.do(chromedp.Evaluate[chromedp.Void]("1"))
	t2 := time.Now()
	// transport only
	a.do(chromedp.Evaluate[chromedp.Void]("0&&"+quote(axe(t))))
	t3 := time.Now()
	ms := evaluate[string](a, fmt.Sprintf("(()=>{const s=%s; const t=performance.now(); (0,eval)(s); return String(performance.now()-t)})()", quote(axe(t))))
	t4 := time.Now()
	t.Log(t1.Sub(t0), t2.Sub(t1), t3.Sub(t2), t4.Sub(t3), ms)
	}
}
