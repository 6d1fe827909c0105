package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weirci/weir/cmd/internal/target"
	"github.com/weirci/weir/server/secret"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/embedded"
)

// DevConfig is what a `weir dev` is made of.
type DevConfig struct {
	Dir        string
	ConfigDir  string // of the user; "": there is none
	Listen     string
	Runtime    string
	Containerd string
	Capacity   int
	Version    string
	Secrets    secret.Access
	Notify     NotifyConfig
	Log        *slog.Logger
	Progress   func(what string) // told what is being done; never nil
}

// Dev is a whole installation in one process: a database, a server, a worker.
type Dev struct {
	URL      string // of the server
	Database string // connection string
	Runtime  string
	Why      string // why it is not containerd, where nobody chose

	config   DevConfig
	postgres *embedded.Server
	server   *Server
	worker   *Worker
}

// devTeam is the team of a `weir dev`, devName what its token and worker are called.
const (
	devTeam = "main"
	devName = "dev"
)

// StartDev starts everything but the serving, which Run does. What a `weir dev`
// that was killed left in the directory is taken up or cleared away.
func StartDev(ctx context.Context, c DevConfig) (_ *Dev, err error) {
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return nil, err
	}
	d := &Dev{config: c}
	if d.Runtime, d.Why, err = chooseRuntime(c.Runtime, os.Geteuid(), lookPath); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("the data directory: %w", err)
	}
	c.Progress("starting PostgreSQL")
	if d.postgres, err = embedded.Start(ctx, embedded.Options{Dir: filepath.Join(c.Dir, "postgres"), Fsync: true, Log: c.Log}); err != nil {
		return nil, err
	}
	d.Database = d.postgres.URL(embedded.Database)
	c.Progress("starting the server")
	d.server, err = NewServer(ctx, ServerConfig{Database: d.Database, Listen: c.Listen, Migrate: true, Version: c.Version, Secrets: c.Secrets, Notify: c.Notify, Log: c.Log})
	if err != nil {
		return nil, err
	}
	d.URL = "http://" + d.server.Addr
	c.Progress("starting the worker")
	if err := d.startWorker(ctx); err != nil {
		return nil, err
	}
	return d, d.announce(ctx)
}

func (d *Dev) startWorker(ctx context.Context) error {
	store := d.server.Store()
	if err := store.RevokeEnrolmentKey(ctx, devName); err != nil && !errors.Is(err, state.ErrNotFound) {
		return err
	}
	key, err := store.CreateEnrolmentKey(ctx, devName)
	if err != nil {
		return err
	}
	c := d.config
	d.worker, err = NewWorker(ctx, WorkerConfig{
		Server: d.URL, Name: devName, EnrolKey: key, Dir: filepath.Join(c.Dir, "worker"),
		Runtime: d.Runtime, Containerd: c.Containerd, Capacity: c.Capacity, Version: c.Version, Log: c.Log,
		CPU: -1, Memory: -1, // there is no other worker that could have what is too large for this one
	})
	return err
}

// announce makes the token and tells the CLI where it is good for.
func (d *Dev) announce(ctx context.Context) error {
	token, err := d.token(ctx)
	if err != nil {
		return err
	}
	return target.WriteDev(d.config.Dir, d.config.ConfigDir, target.Target{
		Server: d.URL, Token: token, Team: devTeam, PID: os.Getpid(), Dir: d.config.Dir,
	})
}

// token is the one of earlier starts, so that what somebody watches goes on
// after a restart; or a new one.
func (d *Dev) token(ctx context.Context) (string, error) {
	path := filepath.Join(d.config.Dir, "token")
	store := d.server.Store()
	if b, err := os.ReadFile(path); err == nil {
		token := strings.TrimSpace(string(b))
		if _, err := store.Authenticate(ctx, token); err == nil {
			return token, nil
		}
	}
	if _, err := store.EnsureTeam(ctx, devTeam); err != nil {
		return "", err
	}
	token, err := store.CreateToken(ctx, devTeam, devName, state.RoleOwner)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keeping the token: %w", err)
	}
	return token, nil
}

// Run works until ctx ends or a part fails, and then ends everything: nothing
// stays but the directory.
func (d *Dev) Run(ctx context.Context) error {
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	parts, working := errgroup.WithContext(ctx)
	parts.Go(func() error { return d.server.Run(serving) })
	parts.Go(func() error {
		defer stopServing() // the worker's last reports need a server
		return d.worker.Run(working)
	})
	parts.Go(func() error { return d.keepPostgres(working) })
	err := parts.Wait()
	return errors.Join(err, d.stop(context.WithoutCancel(ctx)))
}

// restarts is how often PostgreSQL may end by itself before it is given up, unless
// it lasted longer than steady.
const (
	restarts = 5
	steady   = time.Minute
)

// keepPostgres starts PostgreSQL again when it ends by itself. The rest is used to
// a database that is away for a while.
func (d *Dev) keepPostgres(ctx context.Context) error {
	for tries := 0; ; {
		since := time.Now()
		select {
		case <-ctx.Done():
			return nil
		case <-d.postgres.Done():
		}
		if tries++; time.Since(since) > steady {
			tries = 1
		}
		d.config.Log.Warn("PostgreSQL has ended; starting it again", "error", d.postgres.Err(), "log", filepath.Join(d.config.Dir, "postgres", "postgres.log"))
		if tries > restarts {
			return fmt.Errorf("PostgreSQL has ended %d times; see %s", tries, filepath.Join(d.config.Dir, "postgres", "postgres.log"))
		}
		if err := d.postgres.Restart(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// stopPatience is how long ending everything may take.
const stopPatience = 30 * time.Second

// stop ends what was started, last things first.
func (d *Dev) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopPatience)
	defer cancel()
	err := target.RemoveDev(d.config.Dir, d.config.ConfigDir, os.Getpid())
	if d.worker != nil {
		err = errors.Join(err, d.worker.Shutdown(ctx))
	}
	if d.server != nil {
		d.server.Close()
	}
	if d.postgres != nil {
		err = errors.Join(err, d.postgres.Stop(ctx))
	}
	return err
}
