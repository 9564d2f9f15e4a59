package hub

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/data"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// Routes lets tests walk every address of the hub.
func (h *Hub) Routes() gin.RoutesInfo { return h.engine.Routes() }

// TakingUp lists the routes where HEAD has no effect.
var TakingUp = takingUp

// People lets tests make changes that otherwise only pages and commands make.
func (h *Hub) People() *users.Service { return h.users }

// Linking lets tests link identities, which otherwise only a sign-in does.
func (h *Hub) Linking() *linking.Service { return h.linking }

// Chores runs the periodic work now.
func (h *Hub) Chores(ctx context.Context) { h.chores(ctx); h.tendFederation(ctx) }

// Sets lists all kinds of records.
var Sets = data.Specs

// Browsable lets tests inspect a database.
func Browsable(b store.Backend, now func() time.Time) []store.Browsable {
	return data.Open(b, now).Browsable()
}

// RecordTypes maps each set to the type of its records.
func RecordTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	all := reflect.TypeFor[data.Sets]()
	for i := range all.NumField() {
		get, _ := all.Field(i).Type.MethodByName("Get")
		types[all.Field(i).Tag.Get("set")] = get.Type.Out(0)
	}
	return types
}

// ConnectorKinds lists the kinds of sign-in providers.
func ConnectorKinds() []string { return slices.Sorted(maps.Keys(connectors())) }
