package textfile

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// Read gives the text of a file, or why there is none: it must be a regular one
// of expr.MaxFile bytes at most.
func Read(name string) ([]byte, diag.List) {
	var l diag.List
	at := diag.Range{File: name}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		l.Errorf(diag.Unreadable, at, "Cannot read the file", "%s", Reason(err))
		return nil, l
	case !info.Mode().IsRegular():
		l.Errorf(diag.Unreadable, at, "Cannot read the file", "It is not a regular file.")
		return nil, l
	case info.Size() > expr.MaxFile:
		l.Errorf(diag.TooLarge, at, "File too large", "The file has %d bytes; a pipeline file may have up to %d. Split it.", info.Size(), expr.MaxFile)
		return nil, l
	}
	text, err := os.ReadFile(name)
	if err != nil {
		l.Errorf(diag.Unreadable, at, "Cannot read the file", "%s", Reason(err))
	}
	return text, l
}

// Reason is the error of an operation on a file without the path, which is in
// the range already.
func Reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
