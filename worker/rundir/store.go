package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/shim"
)

const recordFile = "run.json"

// Store is a directory of run directories, for one process.
type Store struct {
	live  string
	trash string
	next  atomic.Int64 // makes names in trash unique
}

// Open makes the store where it is missing and finishes removals that were cut short.
func Open(dir string) (*Store, error) {
	s := &Store{live: filepath.Join(dir, "live"), trash: filepath.Join(dir, "trash")}
	if err := os.RemoveAll(s.trash); err != nil {
		return nil, fmt.Errorf("open runs: %w", err)
	}
	for _, d := range []string{s.live, s.trash} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("open runs: %w", err)
		}
	}
	return s, nil
}

var ids = regexp.MustCompile(`^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$`)

// Check tells whether an id may name a run: containerd has the same rule.
func Check(runID string) error {
	if len(runID) > 76 || !ids.MatchString(runID) {
		return fmt.Errorf("run id %q: at most 76 letters, digits, and single dots, dashes and underscores between them", runID)
	}
	return nil
}

// Path is the directory of a run, whether it is there or not.
func (s *Store) Path(runID string) string { return filepath.Join(s.live, filepath.Base(runID)) }

// Exists tells whether the run has a directory.
func (s *Store) Exists(runID string) bool {
	_, err := os.Stat(s.Path(runID))
	return err == nil
}

// LogPath and ResultPath make every store a worker.Logs.
func (s *Store) LogPath(runID string) string    { return shim.LogPath(s.Path(runID)) }
func (s *Store) ResultPath(runID string) string { return shim.ResultPath(s.Path(runID)) }

// Create makes an empty directory for a run; what an earlier start left is gone.
func (s *Store) Create(runID string) (string, error) {
	if err := s.Remove(runID); err != nil {
		return "", err
	}
	if err := os.Mkdir(s.Path(runID), 0o700); err != nil {
		return "", fmt.Errorf("make run directory: %w", err)
	}
	return s.Path(runID), nil
}

// Save writes the runtime's record of a run, all of it or nothing.
func (s *Store) Save(runID string, record any) error { return s.SaveAs(runID, recordFile, record) }

// Load reads it; worker.ErrUnknownRun where there is none.
func (s *Store) Load(runID string, record any) error { return s.LoadFrom(runID, recordFile, record) }

// SaveAs and LoadFrom are the same for a second record of another name.
func (s *Store) SaveAs(runID, name string, record any) error {
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("record run %s: %w", runID, err)
	}
	path := filepath.Join(s.Path(runID), name)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("record run %s: %w", runID, err)
	}
	return os.Rename(path+".new", path)
}

// LoadFrom reads what SaveAs wrote.
func (s *Store) LoadFrom(runID, name string, record any) error {
	text, err := os.ReadFile(filepath.Join(s.Path(runID), name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run %s: %w", runID, worker.ErrUnknownRun)
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", runID, err)
	}
	if err := json.Unmarshal(text, record); err != nil {
		return fmt.Errorf("run %s: %s: %w", runID, name, err)
	}
	return nil
}

// List gives the ids of all runs that have a directory, sorted.
func (s *Store) List() ([]string, error) {
	entries, err := os.ReadDir(s.live)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// Remove deletes a run's directory; one that is not there is no error.
func (s *Store) Remove(runID string) error {
	if err := Check(runID); err != nil {
		return err
	}
	gone := filepath.Join(s.trash, strconv.FormatInt(s.next.Add(1), 10))
	if err := os.Rename(s.Path(runID), gone); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("remove run %s: %w", runID, err)
	}
	if err := os.RemoveAll(gone); err != nil {
		return fmt.Errorf("remove run %s: %w", runID, err)
	}
	return nil
}
