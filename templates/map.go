package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminMap draws the trust between providers, this hub, connected hubs and apps.
type AdminMap struct {
	Hub       string // our issuer
	Upstreams []MapNode
	Below     []MapNode // hubs first, then apps
	Hidden    int       // apps that are not drawn, because there are too many
}

func (AdminMap) look() look { return look{"map", desk, locales.Say("map.tab"), false} }

// A MapNode is a party that trusts this hub or that this hub trusts.
type MapNode struct {
	Name  string
	Kind  locales.Text // in words: "OpenID provider", "another hub", "app"
	URL   string       // path of its page
	State Chip         // its state
	Note  locales.Text // the state of sign-ins, in words; may be empty
}

// Sizes of the drawing, in the units of its view box.
const (
	mapWidth  = 960
	mapRow    = 56
	mapBox    = 40
	mapSide   = 300 // width of a box at the side
	mapMiddle = 200 // and of this hub's
	mapText   = 30  // characters that fit into a box
)

// A MapShape is a box and its line to this hub.
type MapShape struct {
	MapNode
	X, Y, Width, Height int
	TextX, TextY        int
	FromX, FromY        int
	BendX, ToX, ToY     int
	Short               string // the name, shortened to fit
}

// Height is the height of the drawing.
func (p AdminMap) Height() int {
	return max(len(p.Upstreams), len(p.Below), 1)*mapRow + 2*(mapRow-mapBox)
}

// Width is the width of the drawing.
func (AdminMap) Width() int { return mapWidth }

// Middle is the shape of this hub.
func (p AdminMap) Middle() MapShape {
	x, y := (mapWidth-mapMiddle)/2, (p.Height()-mapBox)/2
	return MapShape{X: x, Y: y, Width: mapMiddle, Height: mapBox, TextX: mapWidth / 2, TextY: y + 26}
}

// Above are the shapes of the providers, on the left.
func (p AdminMap) Above() []MapShape {
	return p.column(p.Upstreams, 0, mapSide, (mapWidth-mapMiddle)/2)
}

// Beneath are the shapes of connected hubs and apps, on the right.
func (p AdminMap) Beneath() []MapShape {
	return p.column(p.Below, mapWidth-mapSide, mapWidth-mapSide, (mapWidth+mapMiddle)/2)
}

func (p AdminMap) column(nodes []MapNode, x, from, to int) []MapShape {
	top := (p.Height() - len(nodes)*mapRow + mapRow - mapBox) / 2
	var shapes []MapShape
	for i, n := range nodes {
		y := top + i*mapRow
		shapes = append(shapes, MapShape{MapNode: n, X: x, Y: y, Width: mapSide, Height: mapBox, TextX: x + 16, TextY: y + 26,
			FromX: from, FromY: y + mapBox/2, BendX: (from + to) / 2, ToX: to, ToY: p.Height() / 2, Short: short(n.Name, mapText)})
	}
	return shapes
}

// short shortens a text to this many characters.
func short(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// Nodes are all nodes, for the table.
func (p AdminMap) Nodes() []MapNode { return append(append([]MapNode{}, p.Upstreams...), p.Below...) }

// Spoken describes the shape for screen readers.
func (s MapShape) Spoken() locales.Text {
	name := locales.Stored(s.Name)
	if s.Short != s.Name {
		name = locales.Say("map.short-and-name", "short", s.Short, "name", s.Name)
	}
	if s.State.Text.IsZero() {
		return locales.Say("map.node", "name", name, "kind", s.Kind)
	}
	return locales.Say("map.node-and-state", "name", name, "kind", s.Kind, "state", s.State.Text)
}
