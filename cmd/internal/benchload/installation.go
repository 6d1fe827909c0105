package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/state/embedded"
)

// installation is a PostgreSQL and some servers on it, each a process.
type installation struct {
	dir, weir, url string
	postgres       *embedded.Server
	servers        []*server
	token          string
}

type server struct {
	cmd  *exec.Cmd
	addr string // http://host:port
}

// install starts PostgreSQL, as careful with disks as in production, and a server.
func install(ctx context.Context, dir string) (*installation, error) {
	weir, err := filepath.Abs("bin/weir")
	if err != nil {
		return nil, err
	}
	in := &installation{dir: dir, weir: weir}
	if in.postgres, err = embedded.Start(ctx, embedded.Options{Dir: filepath.Join(dir, "postgres"), Fsync: true}); err != nil {
		return nil, err
	}
	in.url = in.postgres.URL(embedded.Database)
	if err := in.addServer(ctx); err != nil {
		in.remove()
		return nil, err
	}
	if in.token, err = in.cli(ctx, "token", "create", "bench", "--database", in.url); err != nil {
		in.remove()
		return nil, err
	}
	return in, nil
}

func (in *installation) remove() {
	for _, s := range in.servers {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait()
	}
	_ = in.postgres.Stop(context.Background())
}

// addServer starts one more, and waits until it answers.
func (in *installation) addServer(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	_ = l.Close()
	log, err := os.Create(filepath.Join(in.dir, fmt.Sprintf("server-%d.log", len(in.servers))))
	if err != nil {
		return err
	}
	defer log.Close()
	s := &server{exec.Command(in.weir, "server", "--database", in.url, "--listen", addr, "--migrate"), "http://" + addr}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w (make build makes it)", in.weir, err)
	}
	in.servers = append(in.servers, s)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(s.addr + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	text, _ := os.ReadFile(log.Name())
	return errors.Join(fmt.Errorf("the server did not come up:\n%s", text), ctx.Err())
}

// cli calls weir and gives what it says.
func (in *installation) cli(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, in.weir, args...)
	cmd.Dir = in.dir
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(in.dir, "config"), "WEIR_SERVER="+in.servers[0].addr, "WEIR_TOKEN="+in.token)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("weir %s: %w\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// apply makes text the pipeline.
func (in *installation) apply(ctx context.Context, text string) error {
	dir, err := os.MkdirTemp(in.dir, "pipeline-")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "pipeline.weir.hcl"), []byte(text), 0o600); err != nil {
		return err
	}
	_, err = in.cli(ctx, "apply", "--auto-approve", dir)
	return err
}

// cpu is the time that servers and PostgreSQL have used so far.
func (in *installation) cpu() (servers, postgres time.Duration) {
	for _, s := range in.servers {
		servers += family(s.cmd.Process.Pid)
	}
	return servers, family(in.postgres.Pid())
}

// builds talks to one of the servers.
func (in *installation) builds(i int) weirv1connect.BuildServiceClient {
	return weirv1connect.NewBuildServiceClient(client(in.token), in.servers[i].addr)
}

// client speaks HTTP/2 over one connection, and shows a token with each call.
func client(token string) *http.Client {
	t := &http.Transport{Protocols: new(http.Protocols)}
	t.Protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: bearer{t, token}}
}

type bearer struct {
	next  http.RoundTripper
	token string
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}
