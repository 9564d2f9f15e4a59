package catalog

import (
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/federation"
)

// AskedOffline sets AskOffline on login keys from before that field, if they
// requested offline_access: those of OpenID providers that keep tokens, and
// those of providers that issue no refresh token without it. So every profile
// that was refreshed before still is.
func AskedOffline(raw bson.Raw) (bson.Raw, error) {
	kind, _ := raw.Lookup("kind").StringValueOK()
	preset, _ := raw.Lookup("preset").StringValueOK()
	keeps, _ := raw.Lookup("keep_tokens").BooleanOK()
	if kind != federation.KindOpenID || !keeps && !slices.Contains(offline, preset) || raw.Lookup("ask_offline").Type != 0 {
		return nil, nil
	}
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read a login key: %w", err)
	}
	return bson.Marshal(append(doc, bson.E{Key: "ask_offline", Value: true}))
}
