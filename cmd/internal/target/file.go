package target

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Target is a server and how to be known there.
type Target struct {
	Server string `json:"server"`
	Token  string `json:"token,omitempty"`
	Team   string `json:"team,omitempty"`
	CACert string `json:"ca_cert,omitempty"` // file, PEM; "": the system's
	PID    int    `json:"pid,omitempty"`     // of a `weir dev`
	Dir    string `json:"dir,omitempty"`     // of a `weir dev`
}

// File is the user's named targets.
type File struct {
	Current string            `json:"current,omitempty"`
	Targets map[string]Target `json:"targets"`
}

// ConfigDir is where the user's files are.
func ConfigDir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "weir"), nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", errors.New("neither HOME nor XDG_CONFIG_HOME is set: there is no place for the list of targets")
	}
	return filepath.Join(home, ".config", "weir"), nil
}

// Read reads the file of targets in the user's directory; none is no error.
func Read(dir string) (File, error) {
	f := File{Targets: map[string]Target{}}
	path := filepath.Join(dir, "config.json")
	if err := readJSON(path, &f); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if f.Targets == nil {
		f.Targets = map[string]Target{}
	}
	return f, nil
}

// Write replaces the file of targets. Only the user can read it: it holds tokens.
func Write(dir string, f File) error { return writeJSON(filepath.Join(dir, "config.json"), f) }

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s is damaged: %w; repair or remove it", path, err)
	}
	return nil
}

// writeJSON writes beside and renames, so that nobody reads half a file.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made with 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // where it was not renamed
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
