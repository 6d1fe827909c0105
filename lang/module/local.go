package module

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// IsLocal reports whether a source is a path beside the files.
func IsLocal(source string) bool {
	return source == "." || source == ".." || strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
}

// beside finds a module by its path from the directory of the one that calls.
func beside(s config.ModuleSource) (config.Place, diag.List) {
	var l diag.List
	at := config.Place{Dir: filepath.Join(s.From.Dir, filepath.FromSlash(s.Text)), Path: path.Join(s.From.Path, s.Text)}
	info, err := os.Stat(at.Dir)
	switch {
	case err != nil:
		l.Errorf(diag.BadModuleSource, s.TextRange, "No such module", "There is no directory %s.", at.Dir)
	case !info.IsDir():
		l.Append(diag.Diagnostic{Code: diag.BadModuleSource, Range: s.TextRange, Summary: "Not a directory",
			Detail: fmt.Sprintf("The source of a module is a directory; %s is a file.", at.Dir),
			Fix:    &diag.Fix{Help: fmt.Sprintf("write %q", path.Dir(s.Text))}})
	case s.Version != "":
		l.Errorf(diag.BadModuleSource, s.VersionRange, "Version of a local module", "A directory beside these files has no versions: take version out.")
	}
	return at, l
}
