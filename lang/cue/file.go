package cue

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
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
