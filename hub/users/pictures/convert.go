package pictures

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // what people upload
	"image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

const (
	// MostBytes is the size of an upload, and mostSide its width and height in
	// pixels.
	MostBytes = 2 << 20
	mostSide  = 4096
	// mostScans is how many passes a JPEG may make over its pixels. Cameras
	// make up to ten; a thousand would keep a processor busy for minutes.
	mostScans = 64

	side    = 256 // of a stored picture
	quality = 85
)

var (
	// ErrLarge refuses a picture with too many bytes or pixels.
	ErrLarge = errors.New("the picture is too large")
	// ErrFormat refuses what is no PNG, JPEG, WebP or GIF.
	ErrFormat = errors.New("the file is not a picture that the hub can read")
)

// convert makes a square JPEG of 256×256 pixels out of an upload. Nothing of
// the file itself is kept: neither its metadata, such as a place, nor anything
// that only looks like a picture.
func convert(upload []byte) (out []byte, err error) {
	if len(upload) > MostBytes {
		return nil, ErrLarge
	}
	// The size comes first: a small file may claim a picture that fills the
	// memory.
	size, format, err := image.DecodeConfig(bytes.NewReader(upload))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if size.Width <= 0 || size.Height <= 0 {
		return nil, ErrFormat
	}
	if size.Width > mostSide || size.Height > mostSide {
		return nil, ErrLarge
	}
	if format == "jpeg" && bytes.Count(upload, []byte{0xff, 0xda}) > mostScans {
		return nil, ErrFormat
	}
	picture, _, err := image.Decode(bytes.NewReader(upload))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	turned := 1
	if format == "jpeg" {
		turned = orientation(upload)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, turn(square(picture), turned), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// square scales the middle of a picture, on white where it is transparent.
func square(picture image.Image) *image.RGBA {
	b := picture.Bounds()
	edge := min(b.Dx(), b.Dy())
	corner := image.Pt(b.Min.X+(b.Dx()-edge)/2, b.Min.Y+(b.Dy()-edge)/2)
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), picture, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(edge, edge))}, draw.Over, nil)
	return out
}

// turn puts a square picture upright, by an orientation of EXIF.
func turn(in *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return in
	}
	const last = side - 1
	out := image.NewRGBA(in.Bounds())
	for y := range side {
		for x := range side {
			from := [...]image.Point{2: {last - x, y}, 3: {last - x, last - y}, 4: {x, last - y}, 5: {y, x}, 6: {y, last - x}, 7: {last - y, last - x}, 8: {last - y, x}}[orientation]
			out.SetRGBA(x, y, in.RGBAAt(from.X, from.Y))
		}
	}
	return out
}
