package clients

import (
	"slices"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/internal/forms"
)

// checkBeside runs the checks of this file.
func checkBeside(c Client, allowHTTP bool) forms.Problems {
	return slices.Concat(checkResources(c), checkExchange(c), checkCIBA(c, allowHTTP))
}

// checkResources checks the APIs by RFC 8707 §2: absolute, no fragment.
func checkResources(c Client) forms.Problems {
	return append(redirecturi.CheckResources("resources", c.Resources), redirecturi.CheckResources("serves", c.Serves)...)
}

// checkExchange refuses a policy that can never apply.
func checkExchange(c Client) forms.Problems {
	switch {
	case len(c.Exchange.From) > maxList:
		return forms.New("exchange_from", "client.exchange.many", "max", maxList)
	case len(c.Exchange.From) > 0 && !c.Exchange.Impersonate && !c.Exchange.Delegate:
		return forms.New("exchange_from", "client.exchange.missing")
	}
	return nil
}

// checkCIBA checks delivery mode and signature by CIBA §4.
func checkCIBA(c Client, allowHTTP bool) forms.Problems {
	switch alg := c.Algs.CIBARequest; {
	case alg != "" && !slices.Contains(requestobject.BackchannelAlgs(), alg):
		return forms.New("ciba_request_alg", "client.ciba_alg.bad", "choices", requestobject.BackchannelAlgs())
	case alg != "" && c.JWKS == "" && c.JWKSURI == "":
		return forms.New("ciba_request_alg", "client.ciba_alg.keyless")
	}
	switch c.CIBA.Delivery {
	case "", "poll":
		return nil
	case "ping":
		if c.CIBA.NotificationURI == "" {
			return forms.New("ciba_notification_uri", "client.ciba_notification.missing")
		}
		return redirecturi.CheckEndpoint("ciba_notification_uri", "client.label.ciba", c.CIBA.NotificationURI, allowHTTP)
	}
	return forms.New("ciba_delivery", "client.ciba_delivery.bad")
}
