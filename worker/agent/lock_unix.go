//go:build unix

package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lockPatience is how long a process that was killed may keep the lock: one that
// it was about to start holds it until it runs.
const lockPatience = 2 * time.Second

// lockDir makes sure that one agent at a time uses the directory: two with one
// key would take each other's orders. The lock dies with the process.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the directory: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || sleep(ctx, 10*time.Millisecond) != nil {
			f.Close()
			return nil, fmt.Errorf("%s is in use by another worker process: %w", dir, err)
		}
	}
}
