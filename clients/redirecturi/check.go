package redirecturi

import (
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// MaxList is how many addresses of one kind a client may have. Honest clients
// do not reach it.
const MaxList = 100

// CheckList checks every address of a list by the rules for registration. A
// private-use scheme is for installed apps.
func CheckList(field string, list []string, native, allowHTTP bool) forms.Problems {
	if len(list) > MaxList {
		return forms.New(field, "client.addresses.many", "max", MaxList)
	}
	var problems forms.Problems
	for _, raw := range list {
		if err := Validate(raw, allowHTTP); err != nil {
			problems.Add(field, "client.address.bad", "cause", err)
			continue
		}
		if u, _ := Parse(raw); !u.Web() && !native {
			problems.Add(field, "client.address.private", "address", raw)
		}
	}
	return problems
}

// CheckEndpoint accepts an https address, or http where allowed.
func CheckEndpoint(field, label, raw string, allowHTTP bool) forms.Problems {
	u, err := Parse(raw)
	switch {
	case err != nil:
		return forms.New(field, "client.uri.bad", "label", texts.New(label), "address", raw, "cause", err)
	case u.Scheme != "https" && (u.Scheme != "http" || !allowHTTP):
		return forms.New(field, "client.uri.plain", "label", texts.New(label))
	}
	return nil
}

// CheckOrigins accepts origins as browsers write them (RFC 6454 §6.2), because
// they are compared with those.
func CheckOrigins(field string, list []string, allowHTTP bool) forms.Problems {
	if len(list) > MaxList {
		return forms.New(field, "client.origins.many", "max", MaxList)
	}
	var problems forms.Problems
	for _, origin := range list {
		u, err := Parse(origin)
		switch {
		case err != nil || OriginOf(origin) != origin:
			problems.Add(field, "client.origin.bad", "origin", origin)
		case u.Scheme == "http" && !u.Loopback() && !allowHTTP:
			problems.Add(field, "client.origin.plain", "origin", origin)
		}
	}
	return problems
}

// CheckResources checks the names of APIs by RFC 8707 §2.
func CheckResources(field string, list []string) forms.Problems {
	if len(list) > MaxList {
		return forms.New(field, "client.resources.many", "max", MaxList)
	}
	var problems forms.Problems
	for _, resource := range list {
		if !ResourceOK(resource) {
			problems.Add(field, "client.resource.bad", "resource", resource)
		}
	}
	return problems
}
