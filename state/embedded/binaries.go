package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// systemBinaries is where Debian and Ubuntu put them, a directory a version.
const systemBinaries = "/usr/lib/postgresql/*/bin"

// findBinaries finds the directory that holds initdb and postgres: the one that
// was asked for, the environment's, the system's newest, or PATH's. With a
// version (of a data directory that exists) the system's must be of that one.
func findBinaries(asked, version string) (string, error) {
	if asked == "" {
		asked = os.Getenv("WEIR_POSTGRES_BIN")
	}
	if asked != "" {
		if !hasBinaries(asked) {
			return "", fmt.Errorf("%s holds no initdb and postgres (WEIR_POSTGRES_BIN)", asked)
		}
		return asked, nil
	}
	dirs, _ := filepath.Glob(systemBinaries)
	if dir := newest(dirs, version); dir != "" {
		return dir, nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && hasBinaries(filepath.Dir(real)) {
			return filepath.Dir(real), nil
		}
	}
	if version != "" {
		return "", fmt.Errorf("the data directory is of PostgreSQL %s, whose binaries are not there: apt-get install postgresql-%s", version, version)
	}
	return "", ErrNoBinaries
}

// ErrNoBinaries is returned where no PostgreSQL is installed.
var ErrNoBinaries = fmt.Errorf("no PostgreSQL is installed (looked in %s and PATH): apt-get install postgresql, or set WEIR_POSTGRES_BIN", systemBinaries)

// newest is the directory of the highest version, or of the one that is wanted.
func newest(dirs []string, want string) string {
	best, highest := "", 0
	for _, dir := range dirs {
		name := filepath.Base(filepath.Dir(dir))
		n, err := strconv.Atoi(name)
		if err != nil || n <= highest || !hasBinaries(dir) || want != "" && want != name {
			continue
		}
		best, highest = dir, n
	}
	return best
}

func hasBinaries(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

// dataVersion is the major version that made a data directory, "" if none did.
func dataVersion(data string) string {
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
