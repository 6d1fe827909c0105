package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/embedded"
	"github.com/weirci/weir/worker/image"
)

// cluster is two servers behind a balancer, a worker that knows only that, and a
// database that the servers reach through a gate.
type cluster struct {
	*system
	servers  [2]*process
	listens  [2]string
	database *gate // between servers and PostgreSQL
	balancer *gate // before the servers
	network  *gate // between the worker and the balancer
	rows     *pgx.Conn
	builds   int
}

// three tasks one after the other, each of which says on the host that it ran: what
// comes between two tasks wants a server.
const relay = `
pipeline "relay" {}
variable "image" { type = string }
job "relay" {
  task "a" { %s }
  task "b" { %s }
  task "c" { %s }
}
`

func newCluster(t *testing.T) *cluster {
	t.Helper()
	weir, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{system: &system{t: t, weir: weir, dir: openTemp(t), runtime: "process"}}
	c.startPostgres()
	direct := c.postgres.URL(embedded.Database)
	config, err := pgx.ParseConfig(direct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	c.database = newGate(t, "127.0.0.1:0", func() (net.Conn, error) {
		return net.Dial("unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port))
	})
	c.listens = [2]string{freeAddress(t), freeAddress(t)}
	c.balancer = newGate(t, "127.0.0.1:0", anyReady(c.listens[:]...))
	c.network = newGate(t, "127.0.0.1:0", anyReady(c.listens[:]...))
	c.address = c.balancer.address
	c.env = append(os.Environ(), "NO_COLOR=1", "WEIR_DATABASE="+direct, "WEIR_SERVER=http://"+c.address, "XDG_CONFIG_HOME="+filepath.Join(c.dir, "config"))
	c.mustRun("migrate")
	c.env = append(c.env, "WEIR_TOKEN="+lastWord(c.mustRun("token", "create", "--role", "owner", "tester")))
	c.enrolKey = lastWord(c.mustRun("worker-key", "create", "tester"))
	c.env = append(c.env, fmt.Sprintf("WEIR_DATABASE=postgres://%s@%s/%s?sslmode=disable", config.User, c.database.address, config.Database))
	if c.rows, err = pgx.Connect(context.Background(), direct); err != nil {
		t.Fatal(err)
	}
	for i := range c.servers {
		c.up(i)
	}
	c.worker = c.start("worker", "--server", "http://"+c.network.address, "--enrol-key", c.enrolKey, "--name", "w1", "--runtime", "process", "--dir", filepath.Join(c.dir, "worker"), "--capacity", "4")
	c.eventually("the worker runs", func() bool { out, _ := c.run("workers"); return strings.Contains(out, "running") })
	c.applyRelay()
	return c
}

func (c *cluster) applyRelay() {
	c.t.Helper()
	layout := filepath.Join(c.dir, "image")
	if err := image.Busybox(layout); err != nil {
		c.t.Fatal(err)
	}
	var tasks [3]any
	for i := range tasks {
		tasks[i] = fmt.Sprintf(`
    image  = var.image
    script = "echo ran >> %s/ran; i=%d; while [ $i -lt %d ]; do i=$((i+1)); echo line $i; sleep 0.01; done; touch %s/ended.%d"
  `, c.dir, i*lines/3, (i+1)*lines/3, c.dir, i)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "pipeline.weir.hcl"), fmt.Appendf(nil, relay, tasks[:]...), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.mustRun("apply", "--auto-approve", "--var", "image=oci:"+layout)
}

func (c *cluster) up(i int) {
	c.t.Helper()
	c.servers[i] = c.start("server", "--listen", c.listens[i])
	ready := anyReady(c.listens[i])
	c.eventually("a server is ready", func() bool {
		conn, err := ready()
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

func (c *cluster) stop() {
	if c.worker != nil {
		c.worker.stop(c.t, syscall.SIGUSR2)
	}
	for _, s := range c.servers {
		if s != nil {
			_ = s.cmd.Process.Signal(syscall.SIGCONT)
			s.stop(c.t, syscall.SIGTERM)
		}
	}
	if c.rows != nil {
		_ = c.rows.Close(context.Background())
	}
	for _, g := range []*gate{c.balancer, c.network, c.database} {
		if g != nil {
			g.cut()
		}
	}
	_ = c.postgres.Stop(context.Background())
	if c.t.Failed() {
		c.t.Logf("servers:\n%s\n%s\nworker:\n%s", tail(c.servers[0]), tail(c.servers[1]), tail(c.worker))
	}
}

func (c *cluster) count(sql string, args ...any) (n int) {
	c.t.Helper()
	if err := c.rows.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// A fault happens in the middle of a build, at any of its lines.
type fault struct {
	name  string
	quick bool // also where there is little time
	tries int
	do    func(c *cluster)
}

var faults = []fault{
	{"kill -9 of a server, and up again", true, 10, func(c *cluster) { i := rand.IntN(2); c.servers[i].kill(c.t); c.up(i) }},
	{"kill -9 of a server, away for 12 s", false, 3, func(c *cluster) { i := rand.IntN(2); c.servers[i].kill(c.t); time.Sleep(12 * time.Second); c.up(i) }},
	{"kill -9 of both servers", false, 5, func(c *cluster) { c.servers[0].kill(c.t); c.servers[1].kill(c.t); c.up(1); c.up(0) }},
	{"rolling upgrade: TERM and a new one, one after the other", false, 5, func(c *cluster) {
		for i := range c.servers {
			c.servers[i].stop(c.t, syscall.SIGTERM)
			c.up(i)
		}
	}},
	{"SIGSTOP of a server that holds a key for 15 s, then SIGCONT", false, 3, frozenServer},
	{"the database's connections lost for 2 s", true, 5, func(c *cluster) { c.database.cut(); time.Sleep(2 * time.Second); c.database.restore() }},
	{"the database's connections lost for 60 s", false, 1, databaseAway},
	{"the database silent for 20 s", false, 2, func(c *cluster) { c.database.freeze(true); time.Sleep(20 * time.Second); c.database.freeze(false) }},
	{"the worker's connections cut for 2 s", false, 5, func(c *cluster) { c.network.cut(); time.Sleep(2 * time.Second); c.network.restore() }},
	{"the worker's network silent for 40 s", false, 2, workerAway},
}

// Whatever happens to servers, the database's connections or the worker's network
// in the middle of a build: it ends well, each task ran once, each line is there
// once and in order, and no key is stuck. Without WEIR_LONG only what is quick.
func TestFaultsOfACluster(t *testing.T) {
	c := newCluster(t)
	long := os.Getenv("WEIR_LONG") != ""
	for _, f := range faults {
		if !long && !f.quick {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			outer := c.t
			defer func() { c.t = outer }()
			c.t = t
			tries, losses, longest := 1, 0, time.Duration(0)
			if long {
				tries = f.tries
			}
			for range tries {
				took, lost := c.survives(f)
				longest = max(longest, took)
				if lost != "" {
					losses++
					t.Error(lost)
				}
			}
			t.Logf("| %s | %d tries | %d losses | the longest build %.1f s |", f.name, tries, losses, longest.Seconds())
		})
	}
}

func (c *cluster) survives(f fault) (took time.Duration, lost string) {
	c.t.Helper()
	_ = os.Remove(filepath.Join(c.dir, "ran"))
	for i := range 3 {
		_ = os.Remove(filepath.Join(c.dir, fmt.Sprint("ended.", i)))
	}
	c.builds++
	build := fmt.Sprintf("relay/%d", c.builds)
	began := time.Now()
	c.mustRun("trigger", "-p", "relay", "relay")
	follower := c.start("watch", "-p", "relay", build)
	line := fmt.Sprintf("line %d\n", 1+rand.IntN(lines*3/4))
	c.eventually("the task writes", func() bool { return strings.Contains(follower.out.String(), line) })
	f.do(c)
	if err := follower.cmd.Wait(); err != nil {
		return time.Since(began), fmt.Sprintf("the watch that was there all along: %v\n%s", err, tail(follower))
	}
	return time.Since(began), c.losses(build, follower.out.String())
}

// losses is what is not as if nothing had happened; "": everything is.
func (c *cluster) losses(build, seen string) string {
	c.t.Helper()
	for i, m := range lineNumber.FindAllStringSubmatch(seen, -1) {
		if m[1] != fmt.Sprint(i+1) {
			return fmt.Sprintf("%s: line %s is seen where line %d should be", build, m[1], i+1)
		}
	}
	if n := strings.Count(seen, "| line "); n != lines {
		return fmt.Sprintf("%s: %d lines of %d\n%s", build, n, lines, seen)
	}
	ran, err := os.ReadFile(filepath.Join(c.dir, "ran"))
	if n := strings.Count(string(ran), "ran"); err != nil || n != 3 {
		return fmt.Sprintf("%s: %d tasks ran, not 3; %v", build, n, err)
	}
	if n := c.count("SELECT count(*) FROM runs WHERE attempt > 1 OR status = 'lost'"); n != 0 {
		return fmt.Sprintf("%s: %d runs are second attempts or lost", build, n)
	}
	c.eventually("no key is left over or held", func() bool {
		return c.count("SELECT count(*) FROM queue WHERE key LIKE 'build/%' OR key LIKE 'job/%' OR lease_until < now() - interval '5 s'") == 0
	})
	return ""
}

// frozenServer stops a server that holds a key, lets another take over, and wakes
// it: what it then does about that key must come to nothing.
func frozenServer(c *cluster) {
	i, holds := 0, false
	for range 500 {
		i = rand.IntN(2)
		pid := c.servers[i].cmd.Process.Pid
		_ = syscall.Kill(pid, syscall.SIGSTOP)
		if holds = c.count("SELECT count(*) FROM queue WHERE holder LIKE $1 AND lease_until > now()", fmt.Sprintf("%%/%d/%%", pid)) > 0; holds {
			break
		}
		_ = syscall.Kill(pid, syscall.SIGCONT)
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	}
	c.t.Logf("the server was stopped holding a key: %v", holds)
	time.Sleep(15 * time.Second)
	_ = c.servers[i].cmd.Process.Signal(syscall.SIGCONT)
}

// databaseAway: what runs on the worker goes on without servers and database.
func databaseAway(c *cluster) {
	c.database.cut()
	back := time.After(60 * time.Second)
	c.eventually("the task that runs ends meanwhile", func() bool {
		ended, _ := filepath.Glob(filepath.Join(c.dir, "ended.*"))
		return len(ended) > 0
	})
	<-back
	c.database.restore()
}

// workerAway is longer than a worker may be silent before it is stalled, and not so
// long that its runs are given up.
func workerAway(c *cluster) {
	c.network.freeze(true)
	back := time.After(40 * time.Second)
	c.eventually("the worker is stalled", func() bool { out, _ := c.run("workers"); return strings.Contains(out, "stalled") })
	<-back
	c.network.freeze(false)
}
