package settings

// Which way up a picture is: a phone's camera keeps the pixels as its sensor has
// them, and says beside them how they are to be turned. A PNG of ours says nothing.

import (
	"bytes"
	"image"

	"github.com/bep/imagemeta"
)

// orientation is how a picture is to be turned, 1 to 8 as Exif has it; 1, as it is,
// where it does not say so or cannot be read.
func orientation(sent []byte, format string) int {
	kinds := map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP}
	kind, ok := kinds[format]
	if !ok {
		return 1
	}
	said := 1
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(sent), ImageFormat: kind, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == "IFD0" && tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if n, ok := tag.Value.(uint16); ok && n >= 1 && n <= 8 {
				said = int(n)
			}
			return imagemeta.ErrStopWalking
		},
	})
	if err != nil {
		return 1
	}
	return said
}

// upright is p turned as its orientation says.
func upright(p *image.NRGBA, orientation int) *image.NRGBA {
	width, height := p.Bounds().Dx(), p.Bounds().Dy()
	right, bottom := width-1, height-1
	turned := image.NewNRGBA(p.Bounds())
	if orientation >= 5 { // a quarter
		turned = image.NewNRGBA(image.Rect(0, 0, height, width))
	}
	for y := range turned.Bounds().Dy() {
		for x := range turned.Bounds().Dx() {
			from := [...]image.Point{
				{x, y}, {right - x, y}, {right - x, bottom - y}, {x, bottom - y},
				{y, x}, {y, bottom - x}, {right - y, bottom - x}, {right - y, x},
			}[orientation-1]
			turned.SetNRGBA(x, y, p.NRGBAAt(from.X, from.Y))
		}
	}
	return turned
}
