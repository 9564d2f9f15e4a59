package e2e_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

// guideEnv names the folder with the pictures of docs/frappe.md:
//
//	FEDHUB_GUIDE=../docs/images go test ./e2e -run 'ERPNext|FrappeSite'
//
// updates them. They show the real pages, with example addresses instead of those
// of the test.
const guideEnv = "FEDHUB_GUIDE"

func (b *tab) forGuide(name, selector string, addresses ...string) {
	b.t.Helper()
	folder := os.Getenv(guideEnv)
	if folder == "" {
		return
	}
	const across = 860
	b.dress(light{"guide", across, "light"})
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const said = new Map(Object.entries(%s)), put = s => { for (const [old, now] of said) s = s.replaceAll(old, now); return s };
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n; n = walk.nextNode();) n.data = put(n.data);
		for (const i of document.querySelectorAll('input')) i.value = put(i.value);
		document.querySelector('#local')?.remove();
	}`, pairs(addresses))))
	picture, err := chromedp.Run(b.ctx, chromedp.ScreenshotScale(selector, 1))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/"+name+".png", picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.dress(light{"wide-light", wide, "light"})
}

// pairs is a JavaScript object with the replacements.
func pairs(of []string) string {
	var all []string
	for i := 0; i+1 < len(of); i += 2 {
		all = append(all, quote(of[i])+":"+quote(of[i+1]))
	}
	return "{" + strings.Join(all, ",") + "}"
}
