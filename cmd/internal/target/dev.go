package target

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// devFile is the name, in the data directory and in the user's, of the target of
// a running `weir dev`.
const devFile = "dev.json"

// DevDir is the data directory of a `weir dev` that was not told another.
const DevDir = ".weir"

// WriteDev tells the CLI where a `weir dev` answers: in its data directory, and
// in the user's for shells elsewhere. The user's is only a convenience.
func WriteDev(dir, configDir string, t Target) error {
	if configDir != "" {
		_ = writeJSON(filepath.Join(configDir, devFile), t)
	}
	return writeJSON(filepath.Join(dir, devFile), t)
}

// RemoveDev takes back what WriteDev said. The user's file may be of another
// `weir dev` by now: then it stays.
func RemoveDev(dir, configDir string, pid int) error {
	err := os.Remove(filepath.Join(dir, devFile))
	var t Target
	user := filepath.Join(configDir, devFile)
	if configDir != "" && readJSON(user, &t) == nil && t.PID == pid {
		err = errors.Join(err, os.Remove(user))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// nearDev looks for a `weir dev` in the directory and those above.
func nearDev(dir string) (Target, string, bool) {
	for {
		path := filepath.Join(dir, DevDir, devFile)
		var t Target
		if readJSON(path, &t) == nil {
			return t, path, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return Target{}, "", false
		}
		dir = parent
	}
}

// Alive says whether the process that wrote a `weir dev` target is there.
func (t Target) Alive() bool {
	return t.PID > 0 && !errors.Is(syscall.Kill(t.PID, 0), syscall.ESRCH)
}
