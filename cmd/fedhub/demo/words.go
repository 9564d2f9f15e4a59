package demo

import (
	"crypto/rand"
	"math/big"
	"strings"
)

// newPassword is four words, which are easy to copy by hand. It protects a demo on
// localhost while it runs.
func newPassword() string {
	list := strings.Fields(words)
	picked := make([]string, 4)
	for i := range picked {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(list))))
		if err != nil {
			panic(err) // crypto/rand does not fail
		}
		picked[i] = list[n.Int64()]
	}
	return strings.Join(picked, "-")
}

// words are short, easy to spell and easy to distinguish.
const words = `
acorn agate alder almond amber anchor anvil apron arbor arrow aspen attic autumn avenue
badger balcony bamboo barley basil basket beacon beech bellow birch bison blanket blossom boulder bracken bramble breeze brick bridge bronze brook bucket burrow button
cabin cactus camel candle canoe canvas canyon caravan cedar cellar chalk cherry chestnut chimney cider cinnamon citrus clover cobalt cobble comet compass copper coral cotton cradle crater cricket crystal cypress
dahlia dapple delta desert dewdrop dolphin dove drizzle dune
eagle easel echo ember emerald engine estuary
falcon feather fennel fern ferry fiddle fjord flannel flint flute forest fossil fountain foxglove frost
gable galaxy garden garnet gazelle geyser ginger glacier goblet gondola granite grove gull
hammock harbor harvest hazel heather hedge heron hickory hollow honey horizon hornet
igloo indigo inkwell island ivory
jacket jasmine jasper jetty jigsaw juniper
kayak kestrel kettle kiln kitten
ladder lagoon lantern larch lark laurel lavender ledge lemon lentil lichen lilac linen lobster locket lumber lynx
magnet magpie mallow mango maple marble marigold marsh meadow melon mica mill mimosa mint mirror mitten moss mountain mulberry myrtle
napkin nectar needle nettle nickel nimbus noodle nutmeg
oak oasis oatmeal ocean olive onyx opal orchard orchid osprey otter oyster
paddle palette pancake papaya parcel parsley pasture pebble pelican pepper pigeon pillow pine plaza plum pocket pollen pond poplar poppy prairie prism puffin pumpkin
quarry quartz quill quilt quince
rabbit radish raft rain raven reed ribbon ridge ripple river robin rocket rooster rosemary rudder rustic
saddle saffron sage salmon sandal sapphire satchel scarf seal sequoia shadow shale shell sienna silver slate snail sparrow spindle spruce squash stable starling stream sundial swallow
tamarind tangerine teapot temple thicket thimble thistle thunder thyme timber toffee topaz trellis trout tulip tundra turnip turtle
umber umbrella
valley vanilla velvet vessel village violet vine
waffle wagon walnut warbler waterfall wheat whistle wicker willow window winter wren
yarrow yonder
zephyr zinnia
`
