package authrequest

import (
	"context"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/hub/oauth"
)

// beside are the parameters allowed next to a signed authentication request:
// client authentication (CIBA §7.1.1).
var beside = map[string]bool{
	"request": true, "client_id": true, "client_secret": true, "client_assertion": true, "client_assertion_type": true,
}

// Back returns the parameters of a back-channel authentication request (CIBA
// §7.1): as sent, or from the signed JWT if the client registered to sign.
func (k *Service) Back(ctx context.Context, client clients.Client, form oauth.Params) (oauth.Params, error) {
	raw := form["request"]
	switch {
	case raw == "" && client.Algs.CIBARequest == "":
		return form, nil
	case raw == "":
		// Otherwise a stolen client secret would be enough without the
		// signature.
		return nil, oauth.InvalidRequest("oauth.ciba.unsigned", "alg", client.Algs.CIBARequest)
	case client.Algs.CIBARequest == "":
		return nil, oauth.InvalidRequest("oauth.ciba.signed")
	}
	for name := range form {
		if !beside[name] {
			return nil, oauth.InvalidRequest("oauth.ciba.beside")
		}
	}
	members, err := k.Objects.OpenBackchannel(ctx, signerOf(client), raw)
	if e := requestobject.ErrorOf(err); e != nil {
		return nil, oauth.Refuse("invalid_request", e.Why).Because(err) // CIBA §13
	}
	if err != nil {
		return nil, err
	}
	params, err := paramsOf(members)
	if err != nil {
		return nil, oauth.InvalidRequest("oauth.ciba.members").Because(err)
	}
	if params.Has("request") || params.Has("response_type") {
		return nil, oauth.InvalidRequest("oauth.ciba.other")
	}
	return params, nil
}
