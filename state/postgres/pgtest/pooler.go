package pgtest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Pooler starts a PgBouncer in transaction mode before the PostgreSQL that direct
// reaches, and gives the connection string through it. It keeps four sessions for
// all of its clients, so that a transaction hardly ever has the one of the last.
func Pooler(t testing.TB, direct string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("pgbouncer is missing, and in CI it must be there")
		}
		t.Skip("NOT TESTED: pgbouncer is not installed")
	}
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	config := writeConfig(t, u, port)
	cmd := exec.Command(program, "-q", config)
	cmd.SysProcAttr = asOwner(t, u.Query().Get("host"), filepath.Dir(config))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	pooled := fmt.Sprintf("postgres://%s@127.0.0.1:%d%s?sslmode=disable", u.User.Username(), port, u.Path)
	await(t, port, filepath.Join(filepath.Dir(config), "log"))
	return pooled
}

func writeConfig(t testing.TB, u *url.URL, port int) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "weir-pgbouncer-") //nolint:usetesting // that directory is closed to PgBouncer's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	text := fmt.Sprintf(`[databases]
* = host=%s user=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
query_wait_timeout = 10
client_login_timeout = 5
ignore_startup_parameters = extra_float_digits
logfile = %s
`, u.Query().Get("host"), u.User.Username(), port, filepath.Join(dir, "log"))
	path := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// asOwner runs a program as the user whom a directory belongs to: PostgreSQL's,
// who alone may use its socket. Neither it nor PgBouncer runs as root.
func asOwner(t testing.TB, socketDir, dir string) *syscall.SysProcAttr {
	t.Helper()
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var st syscall.Stat_t
	if err := syscall.Stat(socketDir, &st); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		attr.Credential = &syscall.Credential{Uid: st.Uid, Gid: st.Gid}
	}
	if err := os.Chown(dir, int(st.Uid), int(st.Gid)); err != nil {
		t.Fatal(err)
	}
	return attr
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func await(t testing.TB, port int, log string) {
	t.Helper()
	for range 200 {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	text, _ := os.ReadFile(log)
	t.Fatalf("pgbouncer does not answer:\n%s", text)
}
