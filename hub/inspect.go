package hub

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// Routes lets tests walk every address there is.
func (h *Hub) Routes() gin.RoutesInfo { return h.engine.Routes() }

// TakingUp are the routes at which HEAD does nothing.
var TakingUp = takingUp

// People lets tests change what only pages and commands change.
func (h *Hub) People() *users.Service { return h.users }

// Linking lets tests link what only a sign-in from upstream links.
func (h *Hub) Linking() *linking.Service { return h.linking }

// Chores does now what is due every minute.
func (h *Hub) Chores(ctx context.Context) { h.chores(ctx); h.tendFederation(ctx) }

// Sets are all kinds of records.
var Sets = sets

// Browsable lets tests look into a database.
func Browsable(b store.Backend, now func() time.Time) []store.Browsable {
	return openData(b, now).browsable()
}

// RecordTypes says what type the records of each set have.
func RecordTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	all := reflect.TypeFor[data]()
	for i := range all.NumField() {
		get, _ := all.Field(i).Type.MethodByName("Get")
		types[all.Field(i).Tag.Get("set")] = get.Type.Out(0)
	}
	return types
}

// ConnectorKinds are the kinds of login keys that people can come in by.
func ConnectorKinds() []string { return slices.Sorted(maps.Keys(connectors())) }
