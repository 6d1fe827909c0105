package shim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/seccomp"
)

// FailCode is the exit code of the init itself where the program did not start
// or its output could not be kept; DIR/exit says why. A program may exit so too.
const FailCode = 125

// MaxResult is the most that a program may write where its standard output is a
// result, in bytes.
const MaxResult = 4 << 20

// The names in a run's directory.
const (
	configFile = "init.json"
	logFile    = "log"
	resultFile = "stdout"
	exitFile   = "exit"
	readyFile  = "ready"
)

// exitRoom is written to the exit file beforehand, so that there is room for it
// on a disk that has become full. The same goes for that of a service's readiness.
const exitRoom = 8192

// Config is what the init is told. It is written by Prepare.
type Config struct {
	Argv    []string
	Env     []string
	Stdin   []byte   // all of it
	Dir     string   // of the program; made if it is among MakeDirs
	User    string   // name, uid, name:group, uid:gid, looked up where the program runs; "" changes nothing
	Own     []string // paths that are given to the user, not with what is in them
	Result  bool     // standard output is a result: raw, to DIR/stdout
	Secrets []string // never written to DIR: redact.Mark stands for them, in whatever form

	MakeDirs []string // directories that are made if missing
	Place    string   // for messages: "in the image", "on this worker"
	// Gate is a file descriptor from which one byte must come before anything is
	// started, or 0. It lets a worker write down first that the run is there. The
	// init closes it when the program runs, or cannot.
	Gate int
	// Filter is the seccomp filter that the init and all it starts are under; empty
	// where there is none, or whoever starts the init has seen to it.
	Filter seccomp.Filter

	Service *Service // the program is a service beside a task; nil: it is not
	Shared  bool     // the inits of services write to the same log
}

// Service is what the init of a service does besides: it labels each line, and
// finds out when the service is ready.
type Service struct {
	Name     string
	Ready    []string      // the command that succeeds then; none: it is ready when it was started
	Patience time.Duration // with a service that is not ready
}

// Prepare makes a run's directory ready for the init. The directory must exist.
func Prepare(dir string, c Config) error {
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("prepare init: %w", err)
	}
	files := map[string][]byte{
		configFile: text, logFile: nil,
		exitFile: bytes.Repeat([]byte{' '}, exitRoom),
	}
	if c.Result {
		files[resultFile] = nil
	}
	if c.Service != nil {
		files[readyFile] = files[exitFile]
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return fmt.Errorf("prepare init: %w", err)
		}
	}
	return nil
}

// Forget removes what the init was told, secrets among it, once it runs: a
// container that has the file goes on having it.
func Forget(dir string) error {
	if err := os.Remove(ConfigPath(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget what the init was told: %w", err)
	}
	return nil
}

// ConfigPath, LogPath, ResultPath, ExitPath and ReadyPath are the parts of a run's directory.
func ConfigPath(dir string) string { return filepath.Join(dir, configFile) }
func LogPath(dir string) string    { return filepath.Join(dir, logFile) }
func ResultPath(dir string) string { return filepath.Join(dir, resultFile) }
func ExitPath(dir string) string   { return filepath.Join(dir, exitFile) }
func ReadyPath(dir string) string  { return filepath.Join(dir, readyFile) }

// ReadExit gives how the run in dir ended; ok is false as long as it has not, or
// where its init was killed.
func ReadExit(dir string) (e worker.Exit, ok bool, err error) {
	text, err := os.ReadFile(ExitPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("read exit: %w", err)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 || json.Unmarshal(text, &e) != nil {
		return worker.Exit{}, false, nil
	}
	return e, true, nil
}

func readConfig(dir string) (Config, error) {
	var c Config
	text, err := os.ReadFile(filepath.Join(dir, configFile))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("%s: %w", configFile, err)
	}
	c.Shared = c.Shared || c.Service != nil
	return c, nil
}

// writeExit is one write of the whole, into room that is there already.
func writeExit(f *os.File, e worker.Exit) error {
	const maxText = exitRoom / 8 // JSON needs up to six bytes for one
	if len(e.Err) > maxText {
		e.Err = e.Err[:maxText]
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(text, '\n'), 0)
	return err
}
