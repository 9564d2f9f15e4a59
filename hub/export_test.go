package hub

import "github.com/gin-gonic/gin"

// Routes lets tests walk every address there is.
func (h *Hub) Routes() gin.RoutesInfo { return h.engine.Routes() }

// Sets are all kinds of records.
var Sets = sets
