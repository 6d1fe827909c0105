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

// RemoveDev takes back what a process said by WriteDev. What another `weir dev`
// has said since stays.
func RemoveDev(dir, configDir string, pid int) error {
	err := removeOwn(filepath.Join(dir, devFile), pid)
	if configDir != "" {
		err = errors.Join(err, removeOwn(filepath.Join(configDir, devFile), pid))
	}
	return err
}

func removeOwn(path string, pid int) error {
	var t Target
	err := readJSON(path, &t)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || err == nil && t.PID != pid {
		return nil
	}
	return os.Remove(path)
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
