package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// orphanPatience is how long a server whose Weir died gets for its shutdown.
const orphanPatience = 20 * time.Second

// takeLock takes the directory's lock for this process. The kernel frees it
// when the process ends, so it is never stale.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		pid, _ := io.ReadAll(f)
		return nil, fmt.Errorf("%s is used by another weir (process %s): stop it, or choose another directory", filepath.Dir(path), strings.TrimSpace(string(pid)))
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// clearOrphans ends a server that outlived the Weir that started it, waits for
// processes of one that was killed, and removes the lock file that such a
// server leaves. The caller holds the directory's lock, so nobody needs it.
func clearOrphans(ctx context.Context, data string, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, orphanPatience)
	defer cancel()
	pidFile := filepath.Join(data, "postmaster.pid")
	first := true
	for {
		pids := processesIn(data)
		if len(pids) == 0 {
			return removeIfThere(pidFile)
		}
		if first {
			log.Warn("waiting for an earlier PostgreSQL to end", "dir", data, "pids", pids)
			signalPostmaster(pidFile, pids, syscall.SIGINT)
			first = false
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is still used by an earlier PostgreSQL, processes %v: end them", data, pids)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// signalPostmaster signals the process that the lock file names, if it is one
// of those that are really there: process ids are used again.
func signalPostmaster(pidFile string, pids []int, sig syscall.Signal) {
	b, err := os.ReadFile(pidFile)
	if err != nil {
		return
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for _, pid := range pids {
		if strconv.Itoa(pid) == strings.TrimSpace(line) {
			_ = syscall.Kill(pid, sig)
		}
	}
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
