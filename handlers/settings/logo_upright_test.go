package settings

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"slices"
	"testing"
)

// exif is a TIFF that says an orientation and nothing else.
func exif(orientation byte) []byte {
	return []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0}
}

// app1 is a segment of a JPEG.
func app1(content ...[]byte) []byte {
	all := slices.Concat(content...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(all)+2)), all...)
}

// photo is 32 wide and 16 high, dark in its upper left quarter, as a JPEG with
// segments of its own.
func photo(t *testing.T, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, quartered(), nil); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(b.Bytes()[:2], slices.Concat(segments...), b.Bytes()[2:])
}

func quartered() image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, 32, 16))
	for y := range 16 {
		for x := range 32 {
			p.Set(x, y, color.White)
			if x < 16 && y < 8 {
				p.Set(x, y, color.Black)
			}
		}
	}
	return p
}

// looks is a logo's size, and which of its corners is dark.
type looks struct {
	width, height int
	dark          string
}

func lookAt(t *testing.T, logo []byte) looks {
	t.Helper()
	p, err := png.Decode(bytes.NewReader(logo))
	if err != nil {
		t.Fatal(err)
	}
	seen := looks{p.Bounds().Dx(), p.Bounds().Dy(), ""}
	for name, at := range map[string]image.Point{
		"upper left": {2, 2}, "upper right": {seen.width - 3, 2}, "lower left": {2, seen.height - 3}, "lower right": {seen.width - 3, seen.height - 3},
	} {
		if r, _, _, _ := p.At(at.X, at.Y).RGBA(); r < 0x8000 {
			seen.dark += name
		}
	}
	return seen
}

func TestLogo_OfACamera_StandsAsItWasTaken(t *testing.T) {
	asItIs := looks{32, 16, "upper left"}
	sixth := looks{16, 32, "upper right"}
	tagged := func(orientation byte) []byte { return photo(t, app1([]byte("Exif\x00\x00"), exif(orientation))) }
	for name, c := range map[string]struct {
		sent []byte
		want looks
	}{
		"none":      {photo(t), asItIs},
		"1":         {tagged(1), asItIs},
		"2":         {tagged(2), looks{32, 16, "upper right"}},
		"3":         {tagged(3), looks{32, 16, "lower right"}},
		"4":         {tagged(4), looks{32, 16, "lower left"}},
		"5":         {tagged(5), looks{16, 32, "upper left"}},
		"6":         {tagged(6), sixth},
		"7":         {tagged(7), looks{16, 32, "lower right"}},
		"8":         {tagged(8), looks{16, 32, "lower left"}},
		"no such":   {tagged(9), asItIs},
		"cut short": {photo(t, app1([]byte("Exif\x00\x00"), exif(6)[:15])), asItIs},
		"after XMP": {photo(t, app1([]byte("http://ns.adobe.com/xap/1.0/\x00<x/>")), app1([]byte("Exif\x00\x00"), exif(6))), sixth},
		"a PNG":     {taggedPNG(t, exif(6)), sixth},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := makeLogo(c.sent)
			if err != nil {
				t.Fatal(err)
			}
			if got := lookAt(t, made); got != c.want {
				t.Errorf("%+v, not %+v", got, c.want)
			}
			if bytes.Contains(made, []byte("eXIf")) || bytes.Contains(made, []byte("xap")) {
				t.Error("what rode in the file came along")
			}
		})
	}
}

func TestLogo_WhileAnotherIsDecoded_WaitsItsTurn(t *testing.T) {
	decodes <- struct{}{}
	defer func() { <-decodes }()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := readLogo(ctx, &multipart.FileHeader{Size: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("a second one was read: %v", err)
	}
}

// taggedPNG has its Exif in a chunk after the header, which is 33 bytes long.
func taggedPNG(t *testing.T, exif []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, quartered()); err != nil {
		t.Fatal(err)
	}
	named := append([]byte("eXIf"), exif...)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(exif))), named...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(named))
	return slices.Concat(b.Bytes()[:33], chunk, b.Bytes()[33:])
}
