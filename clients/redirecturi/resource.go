package redirecturi

import (
	"net/url"
	"strings"
)

// ResourceOK reports whether a value can be a resource: an absolute URI without
// a fragment (RFC 8707 §2).
func ResourceOK(resource string) bool {
	if len(resource) > 2000 || strings.Contains(resource, "#") {
		return false
	}
	for i := range len(resource) {
		if resource[i] <= ' ' || resource[i] > '~' || resource[i] == '"' || resource[i] == '\\' {
			return false
		}
	}
	u, err := url.Parse(resource)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "")
}
