package web

// QR codes: error level M, a quiet zone of four modules, dark on light.

import (
	"fmt"

	"github.com/skip2/go-qrcode"
)

// qrPixels is the side of a downloaded QR code, large enough to print.
const qrPixels = 1024

// QRModules returns the modules of the QR code of text, true for dark,
// without its quiet zone.
func QRModules(text string) ([][]bool, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}

// QRPNG returns the QR code of text as a picture with its quiet zone.
func QRPNG(text string) ([]byte, error) {
	picture, err := qrcode.Encode(text, qrcode.Medium, qrPixels)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return picture, nil
}
