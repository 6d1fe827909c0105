package initfile

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed embedded
var embedded embed.FS

const name = "weir-init"

// Install writes the init into dir, unless it is there already, and gives its
// path; fallback where this binary carries none. A newer one gets another name:
// runs of before an upgrade go on with the one that they have.
func Install(dir, fallback string) (string, error) {
	return install(embedded, dir, fallback)
}

func install(from fs.FS, dir, fallback string) (string, error) {
	program, err := fs.ReadFile(from, "embedded/"+name)
	if errors.Is(err, fs.ErrNotExist) {
		return fallback, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the init: %w", err)
	}
	path := filepath.Join(dir, fmt.Sprintf("init-%.8x", sha256.Sum256(program)))
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(program)) {
		return path, nil
	}
	if err := write(path, program); err != nil {
		return "", fmt.Errorf("write the init: %w", err)
	}
	return path, nil
}

// write makes the file whole or not at all.
func write(path string, program []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "init-*.new")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(program)
	if err := errors.Join(err, f.Chmod(0o755), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
