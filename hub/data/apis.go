package data

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/store"
)

// apisOfClient makes APIs of the identifiers that earlier programs knew only as
// settings of clients: those that a client may ask for and those that it serves.
// The settings stay, as grants. Nobody else may ask for such an API, as before,
// and its tokens stay as they were.
func apisOfClient(_ string, doc bson.Raw) (added []store.Record, err error) {
	for _, field := range []string{"resources", "serves"} {
		list, found := doc.Lookup(field).ArrayOK()
		if !found {
			continue
		}
		values, err := list.Values()
		if err != nil {
			return nil, fmt.Errorf("read the APIs of a client: %w", err)
		}
		for _, v := range values {
			identifier, ok := v.StringValueOK()
			if !ok || identifier == "" {
				continue
			}
			api, err := bson.Marshal(apis.API{ID: identifier, Name: identifier, Access: apis.Named})
			if err != nil {
				return nil, fmt.Errorf("write an API: %w", err)
			}
			added = append(added, store.Record{ID: identifier, Doc: api})
		}
	}
	return added, nil
}
