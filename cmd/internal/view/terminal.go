package view

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal says what the other end of a stream can do.
type Terminal struct {
	Color       bool // escape sequences for colour are welcome
	Interactive bool // a person looks at it: redrawing and progress make sense
	Width       int  // columns; 0: as wide as it gets
}

// Detect looks at a stream and the environment. Colour is off where the stream
// is no terminal, where NO_COLOR is set, and where TERM is dumb.
func Detect(w io.Writer, getenv func(string) string, noColor bool) Terminal {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Terminal{}
	}
	dumb := getenv("TERM") == "dumb"
	t := Terminal{Interactive: !dumb, Color: !dumb && !noColor && getenv("NO_COLOR") == ""}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		t.Width = width
	}
	return t
}

// Style is how a piece of text looks: an SGR sequence's parameters.
type Style string

// The styles in use. Meaning comes first: nothing is said by colour alone.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Blue   Style = "34"
	Purple Style = "35"
	Cyan   Style = "36"
	Gray   Style = "90"
)

// Paint gives text in a style, or just the text where there is no colour.
func (t Terminal) Paint(s Style, text string) string {
	if !t.Color || s == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// statusStyles is the colour of every status word of builds, steps and workers.
var statusStyles = map[string]Style{
	"succeeded": Green, "running": Cyan, "pending": Gray, "waiting": Gray, "ready": Gray, "blocked": Yellow, "skipped": Gray,
	"failed": Red, "errored": Red, "aborted": Yellow,
	"stalled": Red, "landing": Yellow, "landed": Yellow, "retiring": Yellow,
	"ok": Green, "error": Red, "paused": Yellow,
}

// StatusStyle is the colour of a status word.
func StatusStyle(status string) Style { return statusStyles[status] }
