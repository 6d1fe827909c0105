package git

import (
	"errors"
	"fmt"
	"os"

	"github.com/skeema/knownhosts"
)

// parseKnownHosts reads lines of a known_hosts file. The parser wants a file, so
// it gets one for the time that it reads.
func parseKnownHosts(text string) (*knownhosts.HostKeyDB, error) {
	f, err := tempFile()
	if err != nil {
		return nil, fmt.Errorf("source.known_hosts: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("source.known_hosts: %w", err)
	}
	db, err := knownhosts.NewDB(f.Name())
	if err != nil {
		return nil, fmt.Errorf("source.known_hosts: %w", err)
	}
	return db, nil
}

// An empty root has no directory for temporary files.
func tempRoot() error { return os.MkdirAll(os.TempDir(), 0o1777) }

func tempFile() (*os.File, error) {
	if err := tempRoot(); err != nil {
		return nil, err
	}
	return os.CreateTemp("", "weir-git-*")
}

func tempDir() (string, error) {
	if err := tempRoot(); err != nil {
		return "", err
	}
	return os.MkdirTemp("", "weir-git-*")
}
