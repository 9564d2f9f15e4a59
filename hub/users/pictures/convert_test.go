package pictures

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// half is a picture with a red left half and a blue right half.
func half(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func written(t testing.TB, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	return written(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	return written(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
}

// webp is a picture of one pixel.
func webp(t testing.TB) []byte {
	t.Helper()
	file, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// exif says in a JPEG file how the camera was held.
func exif(file []byte, order binary.AppendByteOrder, mark string, orientation uint16) []byte {
	tiff := append([]byte(mark), 0, 0)
	order.(binary.ByteOrder).PutUint16(tiff[2:], 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 274)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, orientation)
	tiff = order.AppendUint16(tiff, 0)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return append(append(out, segment...), file[2:]...)
}

func TestEveryKindOfPictureBecomesASmallJPEG(t *testing.T) {
	for name, file := range map[string][]byte{
		"PNG":          asPNG(t, half(600, 400)),
		"a wide PNG":   asPNG(t, half(4096, 3)),
		"one pixel":    asPNG(t, image.NewRGBA(image.Rect(0, 0, 1, 1))),
		"JPEG":         asJPEG(t, half(300, 500)),
		"GIF":          written(t, func(b *bytes.Buffer) error { return gif.Encode(b, half(64, 64), nil) }),
		"WebP":         webp(t),
		"largest size": asPNG(t, image.NewGray(image.Rect(0, 0, mostSide, mostSide))),
	} {
		out, err := convert(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, format, err := image.Decode(bytes.NewReader(out))
		if err != nil || format != "jpeg" || m.Bounds() != image.Rect(0, 0, side, side) || len(out) > 100<<10 {
			t.Errorf("%s: got %s of %v with %d bytes, %v", name, format, m.Bounds(), len(out), err)
		}
	}
}

func TestWhatIsNoSuitablePictureIsRefused(t *testing.T) {
	tall := asPNG(t, image.NewGray(image.Rect(0, 0, 1, mostSide+1)))
	bomb := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(bomb[16:], 1<<31-1) // it claims to be that wide
	for name, row := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":          {nil, ErrFormat},
		"text":             {[]byte("hello"), ErrFormat},
		"HTML":             {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), ErrFormat},
		"half a file":      {asPNG(t, half(64, 64))[:80], ErrFormat},
		"too tall":         {tall, ErrLarge},
		"too many bytes":   {make([]byte, MostBytes+1), ErrLarge},
		"a false size":     {bomb, ErrFormat}, // its checksum is wrong
		"too many passes":  {append(asJPEG(t, half(8, 8)), bytes.Repeat([]byte{0xff, 0xda}, mostScans)...), ErrFormat},
		"a GIF of nothing": {[]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), ErrFormat},
	} {
		if out, err := convert(row.file); !errors.Is(err, row.want) || out != nil {
			t.Errorf("%s: got %d bytes, %v", name, len(out), err)
		}
	}
}

func TestAPictureIsPutUpright(t *testing.T) {
	red := func(m image.Image, x, y int) bool {
		r, _, b, _ := m.At(x, y).RGBA()
		return r > b
	}
	// Where the red half is: left, right, right, left, top, top, bottom, bottom.
	where := map[uint16][2]image.Point{
		1: {{20, 128}, {236, 128}}, 2: {{236, 128}, {20, 128}}, 3: {{236, 128}, {20, 128}}, 4: {{20, 128}, {236, 128}},
		5: {{128, 20}, {128, 236}}, 6: {{128, 20}, {128, 236}}, 7: {{128, 236}, {128, 20}}, 8: {{128, 236}, {128, 20}},
		0: {{20, 128}, {236, 128}}, 9: {{20, 128}, {236, 128}},
	}
	file := asJPEG(t, half(256, 256))
	for orientation, at := range where {
		for mark, order := range map[string]binary.AppendByteOrder{"MM": binary.BigEndian, "II": binary.LittleEndian} {
			out, err := convert(exif(file, order, mark, orientation))
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			if !red(m, at[0].X, at[0].Y) || red(m, at[1].X, at[1].Y) {
				t.Errorf("orientation %d, %s: the red half is not where it should be", orientation, mark)
			}
			if bytes.Contains(out, []byte("Exif")) {
				t.Error("the file still has its metadata")
			}
		}
	}
}

// FuzzConvert uploads made-up files: none may crash or become anything but a
// small picture.
func FuzzConvert(f *testing.F) {
	f.Add(asPNG(f, half(8, 8)))
	f.Add(asJPEG(f, half(8, 8)))
	f.Add(exif(asJPEG(f, half(8, 8)), binary.BigEndian, "MM", 6))
	f.Add(exif(asJPEG(f, half(8, 8)), binary.LittleEndian, "II", 3)[:40])
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"))
	f.Add(webp(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		if size, _, err := image.DecodeConfig(bytes.NewReader(file)); err == nil && size.Width*size.Height > 1<<20 {
			t.Skip("large pictures are slow, and their size is tested elsewhere")
		}
		out, err := convert(file)
		if err != nil {
			return
		}
		if size, format, err := image.DecodeConfig(bytes.NewReader(out)); err != nil || format != "jpeg" || size.Width != side || size.Height != side {
			t.Errorf("got %s of %v, %v", format, size, err)
		}
	})
}
