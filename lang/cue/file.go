package cue

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// Files are the names of the files in dir that this notation reads, sorted.
func Files(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if isOurs(e.Name()) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

// isOurs leaves out the files that the cue command reads for itself only.
func isOurs(name string) bool {
	if base, ok := strings.CutSuffix(name, ".cue"); ok {
		return base != "" && base[0] != '.' && base[0] != '_' && !strings.HasSuffix(base, "_test") && !strings.HasSuffix(base, "_tool")
	}
	return isData(name)
}

// isData says which files hold data and no package clause.
func isData(name string) bool {
	return slices.ContainsFunc([]string{".weir.json", ".weir.yaml", ".weir.yml"}, func(s string) bool { return strings.HasSuffix(name, s) })
}

func read(name string) ([]byte, diag.List) {
	var l diag.List
	at := diag.Range{File: name}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		l.Errorf(diag.Unreadable, at, "Cannot read the file", "%s", reason(err))
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
		l.Errorf(diag.Unreadable, at, "Cannot read the file", "%s", reason(err))
	}
	return text, l
}

// reason is an error without the path, which is in the range already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
