package hub

import (
	"context"

	"github.com/gin-gonic/gin"
)

// Routes lets tests walk every address there is.
func (h *Hub) Routes() gin.RoutesInfo { return h.engine.Routes() }

// Chores does now what is due every minute.
func (h *Hub) Chores(ctx context.Context) { h.chores(ctx); h.tendFederation(ctx) }

// Sets are all kinds of records.
var Sets = sets
