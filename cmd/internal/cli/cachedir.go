package cli

import (
	"os"
	"path/filepath"
	"strings"
)

const cacheVariable = "WEIR_CACHE_DIR"

// modulesDir is where modules are kept that were fetched: WEIR_CACHE_DIR, or
// weir in the user's own cache. "" is nowhere.
func modulesDir(environ []string) string {
	for _, e := range environ {
		if dir, ok := strings.CutPrefix(e, cacheVariable+"="); ok && dir != "" {
			return filepath.Join(dir, "modules")
		}
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "weir", "modules")
}
