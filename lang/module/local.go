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

// Local finds modules by paths that begin with ./ or ../, from the directory of
// the module that calls.
type Local struct{}

var _ config.Modules = Local{}

// IsLocal reports whether a source is a path beside the files.
func IsLocal(source string) bool {
	return source == "." || source == ".." || strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
}

// Find implements config.Modules.
func (Local) Find(s config.ModuleSource) (config.Place, diag.List) {
	var l diag.List
	if !IsLocal(s.Text) {
		l.Append(unknownSource(s))
		return config.Place{}, l
	}
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

func unknownSource(s config.ModuleSource) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.BadModuleSource, Range: s.TextRange, Summary: "Unknown kind of module source",
		Detail: fmt.Sprintf("%q is no source of modules that is known here. A directory beside these files begins with ./ or ../.", s.Text)}
	if info, err := os.Stat(filepath.Join(s.From.Dir, filepath.FromSlash(s.Text))); err == nil && info.IsDir() {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("write %q", "./"+s.Text)}
	}
	return d
}
