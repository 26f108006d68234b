package views

// A QR code as one path.

import (
	"strconv"
	"strings"
)

// quiet is the light margin that decoders need, in modules.
const quiet = 4

func (q QR) viewBox() string {
	side := strconv.Itoa(len(q.Modules) + 2*quiet)
	return "0 0 " + side + " " + side
}

// path draws each run of dark modules in a row as one rectangle.
func (q QR) path() string {
	var b strings.Builder
	for y, row := range q.Modules {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			run := 1
			for x+run < len(row) && row[x+run] {
				run++
			}
			n := strconv.Itoa(run)
			b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + n + "v1h-" + n + "z")
			x += run
		}
	}
	return b.String()
}
