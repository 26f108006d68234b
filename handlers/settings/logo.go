package settings

// The shop's logo: whatever picture is sent becomes a small PNG of our own.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // decoded
	_ "image/jpeg" // decoded
	"image/png"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/labstack/echo/v4"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoded

	"comptoir/handlers/web"
	"comptoir/views"
)

const (
	maxLogoUpload = 5 << 20  // bytes of the file
	maxLogoPixels = 12 << 20 // of the picture that is sent; 4 bytes each while it is decoded
	maxLogoSide   = 512      // pixels of the one that is kept
)

var (
	errLogoLarge = errors.New("the picture is too large")
	errLogo      = errors.New("no picture that can be read")
)

// logo reads the file of a form as a PNG; nil where none was chosen, or where f
// says what is wrong with it.
func logo(f *web.Form, c echo.Context) ([]byte, error) {
	header, err := c.FormFile("logo")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	if header.Size == 0 {
		return nil, nil
	}
	made, err := readLogo(c.Request().Context(), header)
	switch {
	case errors.Is(err, errLogoLarge):
		f.Wrong("logo", views.ProblemLogoLarge, "")
	case errors.Is(err, errLogo):
		f.Wrong("logo", views.ProblemLogo, "")
	case err != nil:
		return nil, err
	}
	return made, nil
}

// decodes is held while a picture is decoded, so that there is one at a time: each
// may take 100 MB.
var decodes = make(chan struct{}, 1)

func readLogo(ctx context.Context, header *multipart.FileHeader) ([]byte, error) {
	if header.Size > maxLogoUpload {
		return nil, errLogoLarge
	}
	select {
	case decodes <- struct{}{}:
		defer func() { <-decodes }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for another logo: %w", ctx.Err())
	}
	file, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("open the logo: %w", err)
	}
	defer file.Close()
	sent, err := io.ReadAll(io.LimitReader(file, maxLogoUpload))
	if err != nil {
		return nil, fmt.Errorf("read the logo: %w", err)
	}
	return makeLogo(sent)
}

// makeLogo decodes a picture and encodes it anew, upright: nothing that rode in the
// file comes along.
func makeLogo(sent []byte) ([]byte, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(sent))
	switch {
	case err != nil, config.Width <= 0, config.Height <= 0:
		return nil, errLogo
	case config.Width > maxLogoPixels/config.Height:
		return nil, errLogoLarge
	}
	picture, _, err := image.Decode(bytes.NewReader(sent))
	if err != nil {
		return nil, errLogo
	}
	small := image.NewNRGBA(fit(picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var made bytes.Buffer
	if err := png.Encode(&made, upright(small, orientation(sent, format))); err != nil {
		return nil, fmt.Errorf("encode the logo: %w", err)
	}
	return made.Bytes(), nil
}

// fit is the largest rectangle of a picture's shape that a logo may have.
func fit(width, height int) image.Rectangle {
	longest := max(width, height)
	if longest <= maxLogoSide {
		return image.Rect(0, 0, width, height)
	}
	return image.Rect(0, 0, max(1, width*maxLogoSide/longest), max(1, height*maxLogoSide/longest))
}

func (s *Screens) LogoPNG(c echo.Context) error {
	made, err := s.Store.Logo(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "private, max-age=300")
	return c.Blob(http.StatusOK, "image/png", made)
}
