package templates

import (
	"bytes"
	"html/template"
	"sync"

	"github.com/fedhub/fedhub/static"
)

// SessionFrame is the hidden document that an app's page loads to poll the
// session (OIDC Session Management §3.3). It has no Frame, because it has no
// visible content; cookie is the name of the cookie with the browser state.
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
