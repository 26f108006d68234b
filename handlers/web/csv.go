package web

// Files for a spreadsheet: lines are sent as they are read, and no cell is a
// formula.

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// LinesAtATime is how many lines are sent at a time.
const LinesAtATime = 100

// csvPatience is how long one piece of a file may take to leave: a long one may take as
// many pieces as it has, and whoever stops reading is dropped.
const csvPatience = 60 * time.Second

// piecewise writes to a client, and gives each piece time of its own in place of one
// time for the whole answer.
type piecewise struct{ http.ResponseWriter }

func (w piecewise) Write(piece []byte) (int, error) {
	err := http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(csvPatience))
	if err != nil {
		return 0, fmt.Errorf("give a file more time: %w", err)
	}
	return w.ResponseWriter.Write(piece)
}

// ByteOrderMark tells spreadsheets that the text is UTF-8.
const ByteOrderMark = "\uFEFF"

// Lines are the lines of a file that is being sent.
type Lines struct {
	out    *csv.Writer
	sent   int
	isOpen func() bool // the session of who takes the file
}

// linesTo are the lines of a file that leaves for whoever asks, while isOpen.
func linesTo(c echo.Context, isOpen func() bool) *Lines {
	l := &Lines{out: csv.NewWriter(piecewise{c.Response()}), isOpen: isOpen}
	l.out.UseCRLF, l.out.Comma = true, views.CellSeparator(c.Request().Context())
	return l
}

// Line adds a line; its cells are guarded in place.
func (l *Lines) Line(cells []string) error {
	for i, cell := range cells {
		cells[i] = safeCell(cell)
	}
	if l.sent == 0 {
		cells[0] = ByteOrderMark + cells[0]
	}
	if err := l.out.Write(cells); err != nil {
		return err
	}
	if l.sent++; l.sent%LinesAtATime == 0 {
		l.out.Flush()
		if !l.isOpen() {
			return store.ErrSessionOver // a long file ends with it too
		}
	}
	return l.out.Error()
}

// SendCSV answers with a file of the lines that write adds, and has it in the
// audit log who took which.
func (s *Desk) SendCSV(c echo.Context, name, about string, write func(*Lines) error) error {
	ctx := c.Request().Context()
	hash, err := s.SessionHash(c)
	if err != nil {
		return err
	}
	isHead := c.Request().Method == http.MethodHead
	if !isHead {
		if err := s.AuditAlone(ctx, Did(User(c).ID, "export."+about, "export", 0), map[string]string{"file": name}); err != nil {
			return err
		}
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	c.Response().WriteHeader(http.StatusOK)
	if isHead {
		return nil
	}
	session := store.Session{TokenHash: hash, UserID: User(c).ID}
	lines := linesTo(c, func() bool { return s.isOpen(ctx, session) })
	err = write(lines)
	lines.out.Flush()
	if err == nil {
		err = lines.out.Error()
	}
	if err == nil {
		return nil
	}
	// Half a file must not look like a whole one: the connection breaks.
	s.Log.WarnContext(ctx, "CSV", "id", RequestID(c), "error", err)
	panic(http.ErrAbortHandler)
}

// safeCell is a cell that no spreadsheet takes for a formula, at its start or
// behind whatever another spreadsheet takes for the end of a cell: descriptions
// are a stranger's words.
func safeCell(cell string) string {
	var safe strings.Builder
	last := 0
	begins := true // what comes is the first of a cell, here or where the line is cut
	for i, r := range cell {
		switch r {
		case ' ', '\u00a0', '\u3000', '"':
		case ';', ',', '|', '\t', '\r', '\n':
			begins = true
		case '=', '+', '-', '@', '＝', '＋', '－', '＠': // the wide are read as the narrow ones
			if begins {
				safe.WriteString(cell[last:i] + "'")
				last = i
			}
			begins = false
		default:
			begins = false
		}
	}
	safe.WriteString(cell[last:])
	if lead := strings.TrimLeft(cell, " \u00a0\u3000"); lead != "" && strings.ContainsAny(lead[:1], "\t\r\n") {
		return "'" + safe.String()
	}
	return safe.String()
}
