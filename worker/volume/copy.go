package volume

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Begin makes a volume that begins with a copy of another. What a Begin that was cut
// short has left is done anew.
func (s *Store) Begin(ctx context.Context, handle, from string) (string, error) {
	source, err := s.Lookup(from)
	if err != nil {
		return "", err
	}
	path, err := s.Ensure(handle)
	if err != nil {
		return "", err
	}
	if err := empty(path); err != nil {
		return "", fmt.Errorf("volume %s: %w", handle, err)
	}
	return path, Copy(ctx, source, path)
}

func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

// Copy is cp -a: never a hard link that could let a task write into another's
// artifact.
func Copy(ctx context.Context, source, target string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "cp", "-a", source+"/.", target).CombinedOutput()
	if err != nil {
		return fmt.Errorf("copy: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
