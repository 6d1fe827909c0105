package containerd

import (
	"cmp"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weirci/weir/worker/network"
)

// Config is what a runtime needs to know. Dir, Address, Binary, Now and Log must
// be set.
type Config struct {
	Dir         string         // the worker's directory
	Address     string         // containerd's socket
	Namespace   string         // in containerd; "" is one of this directory's own
	Binary      string         // weir itself, statically linked: built-in resource types
	Init        string         // the init, statically linked; "" is Binary
	Credentials string         // a docker config.json; "" is none
	Network     network.Config // Dir, RunDir and Log are filled in
	DNS         []string       // name servers of containers; nil takes the machine's own that containers can reach
	PutOff      int            // ended containers, at most, that are taken apart only when none is being started
	Now         func() time.Time
	Log         *slog.Logger
}

// RunDir is where a worker keeps what does not outlive a boot. It is short,
// because sockets are in it, and another one for each worker's directory.
func RunDir(dir string) string { return filepath.Join("/run/weir", dirHash(dir)) }

func dirHash(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(abs)))[:10]
}

func (c Config) withDefaults() (Config, error) {
	abs, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, err
	}
	c.Dir = abs
	if strings.ContainsAny(abs, ",:\\\"") {
		return c, fmt.Errorf("the worker's directory %q has a comma, colon, quote or backslash in its name, which mounts cannot have", abs)
	}
	c.Init = cmp.Or(c.Init, c.Binary)
	if c.Namespace == "" {
		c.Namespace = "weir-" + dirHash(abs)
	}
	c.Network.Dir, c.Network.RunDir = filepath.Join(abs, "network"), filepath.Join(RunDir(abs), "netns")
	c.Network.Log = c.Log
	return c, errors.Join(os.MkdirAll(abs, 0o700), mustBeStatic(c.Binary), mustBeStatic(c.Init))
}

// mustBeStatic: the binary is the init in images that may have no C library.
func mustBeStatic(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("the init for containers: %w", err)
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("the init for containers: %s is linked dynamically; build weir with CGO_ENABLED=0", path)
		}
	}
	return nil
}
