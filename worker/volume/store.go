package volume

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
)

// ErrNotFound is returned for a handle that has no volume.
var ErrNotFound = errors.New("volume not found")

// Store is a directory of volumes. It implements worker.Volumes and is safe for
// concurrent use, by one process.
type Store struct {
	live  string
	trash string
	next  atomic.Int64 // makes names in trash unique
}

// Open makes the store's directory where it is missing, and finishes removals
// that an earlier process did not.
func Open(dir string) (*Store, error) {
	s := &Store{live: filepath.Join(dir, "live"), trash: filepath.Join(dir, "trash")}
	if err := os.RemoveAll(s.trash); err != nil {
		return nil, fmt.Errorf("open volumes: %w", err)
	}
	for _, d := range []string{s.live, s.trash} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("open volumes: %w", err)
		}
	}
	return s, nil
}

var handles = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$`)

// Path is where a volume is or would be; an error where the handle is no handle.
func (s *Store) Path(handle string) (string, error) {
	if !handles.MatchString(handle) {
		return "", fmt.Errorf("volume %q: a handle has only letters, digits, dots, dashes and underscores", handle)
	}
	return filepath.Join(s.live, handle), nil
}

// Lookup gives the path of a volume that is there, or ErrNotFound.
func (s *Store) Lookup(handle string) (string, error) {
	path, err := s.Path(handle)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrNotFound
		}
		return "", fmt.Errorf("volume %s: %w", handle, err)
	}
	return path, nil
}

// Ensure makes the volume, empty, unless it is there, and gives its path.
func (s *Store) Ensure(handle string) (string, error) {
	path, err := s.Path(handle)
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make volume %s: %w", handle, err)
	}
	return path, nil
}

// ListVolumes gives the handles of all volumes, sorted.
func (s *Store) ListVolumes(context.Context) ([]string, error) {
	entries, err := os.ReadDir(s.live)
	if err != nil {
		return nil, fmt.Errorf("list volumes: %w", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// RemoveVolume deletes a volume; one that is not there is no error.
func (s *Store) RemoveVolume(_ context.Context, handle string) error {
	path, err := s.Path(handle)
	if err != nil {
		return err
	}
	gone := filepath.Join(s.trash, strconv.FormatInt(s.next.Add(1), 10))
	if err := os.Rename(path, gone); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("remove volume %s: %w", handle, err)
	}
	if err := os.RemoveAll(gone); err != nil {
		return fmt.Errorf("remove volume %s: %w", handle, err)
	}
	return nil
}

// Size is the number of bytes of all regular files in a volume. Files that
// vanish while it is counted do not matter.
func (s *Store) Size(ctx context.Context, handle string) (int64, error) {
	path, err := s.Lookup(handle)
	if err != nil {
		return 0, err
	}
	var total int64
	err = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil || !d.Type().IsRegular() {
			return skipGone(err)
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return skipGone(err)
	})
	return total, err
}

func skipGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
