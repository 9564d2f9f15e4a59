package templates

import (
	"bytes"
	"html/template"
	"sync"

	"github.com/fedhub/fedhub/static"
)

// SessionFrame is the document that an app's page loads, unseen, to ask about
// its session (OIDC Session Management §3.3). It has no frame of ours around
// it, for there is nothing to read; cookie is where its script finds the
// browser state.
func SessionFrame(cookie string) ([]byte, error) {
	var whole bytes.Buffer
	err := sessionFrame().Execute(&whole, cookie)
	return whole.Bytes(), err
}

var sessionFrame = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("session").Funcs(template.FuncMap{"asset": static.URL}).Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Session</title></head>
<body id="session" data-cookie="{{.}}"><script src="{{asset "session.js"}}"></script></body>
</html>
`))
})
