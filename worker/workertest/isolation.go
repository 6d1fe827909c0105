package workertest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
)

// isolation has what only a runtime with containers can do.
func isolation(t *testing.T, f Fixture) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Fixture)
	}{
		{"this machine is not reachable", noHost},
		{"the outside is, by NAT", outside},
		{"containers do not reach each other", noNeighbours},
		{"hermetic has only loopback", hermetic},
		{"capabilities, no new privileges, seccomp", confined},
		{"own processes, hostname, files", ownWorld},
		{"privileged is", privileged},
		{"the init's files cannot be replaced", tamper},
		{"users", users},
		{"a limit of processes", pidsLimit},
		{"a limit of memory", memoryLimit},
		{"an image that is not there", imageMissing},
		{"an image that is an artifact", imageVolume},
		{"an image's own command", imageCommand},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
}

func connect(host string, port int) string {
	return fmt.Sprintf("nc -w 2 %s %d </dev/null || echo refused", host, port)
}

func noHost(t *testing.T, f Fixture) {
	port, from := f.Network.Listen(t)
	for _, host := range f.Network.Host {
		if r := f.succeed(t, f.sh(connect(host, port))); r.Stdout != "refused\n" {
			t.Errorf("%s answered %q", host, r.Stdout)
		}
	}
	select {
	case who := <-from:
		t.Errorf("a connection came from %s", who)
	default:
	}
}

func outside(t *testing.T, f Fixture) {
	port, from := f.Network.Serve(t)
	if r := f.succeed(t, f.sh(connect(f.Network.Outside, port))); r.Stdout != "hello" {
		t.Fatalf("%q, %q", r.Stdout, r.Stderr)
	}
	if who := <-from; who != f.Network.NAT {
		t.Errorf("it came from %s, not %s", who, f.Network.NAT)
	}
}

func noNeighbours(t *testing.T, f Fixture) {
	server := f.sh(`ip -4 -o addr show eth0; echo listening; while :; do echo hello | nc -l -p 9000; done`)
	f.start(t, server)
	f.waitFor(t, server.RunID, "listening")
	b, err := os.ReadFile(f.Runtime.LogPath(server.RunID))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "inet ")
	address, _, ok := strings.Cut(rest, "/")
	if !ok {
		t.Fatalf("no address in %q", b)
	}
	if r := f.succeed(t, f.sh(connect(address, 9000))); r.Stdout != "refused\n" {
		t.Errorf("%s answered %q", address, r.Stdout)
	}
}

func hermetic(t *testing.T, f Fixture) {
	port, from := f.Network.Serve(t)
	task := f.sh("ls /sys/class/net; ip -o addr show lo | grep -c 127.0.0.1; " + connect(f.Network.Outside, port))
	task.Hermetic = true
	if r := f.succeed(t, task); r.Stdout != "lo\n1\nrefused\n" {
		t.Errorf("%q", r.Stdout)
	}
	if len(from) > 0 {
		t.Errorf("a connection came from %s", <-from)
	}
}

// status reads a line of /proc/self/status.
func status(text, key string) string {
	for line := range strings.Lines(text) {
		if k, v, _ := strings.Cut(line, ":"); k == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func confined(t *testing.T, f Fixture) {
	const script = `cat /proc/self/status
		if mount -t tmpfs none /mnt 2>/dev/null; then echo "Bad: mount"; fi
		if echo 1 > /proc/sys/kernel/hostname 2>/dev/null; then echo "Bad: sysctl"; fi
		if unshare -U true 2>/dev/null; then echo "Bad: unshare"; fi`
	task := f.sh(script)
	r := f.succeed(t, task)
	const docker = "00000000a80425fb" // the 14 capabilities that Docker gives
	for key, want := range map[string]string{"CapEff": docker, "CapBnd": docker, "CapInh": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2", "Bad": ""} {
		if got := status(r.Stdout, key); got != want {
			t.Errorf("root: %s is %q, want %q", key, got, want)
		}
	}
	task = f.sh(script)
	task.User = "weir"
	r = f.succeed(t, task)
	for key, want := range map[string]string{"CapEff": "0000000000000000", "CapPrm": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"} {
		if got := status(r.Stdout, key); got != want {
			t.Errorf("user: %s is %q, want %q", key, got, want)
		}
	}
}

func ownWorld(t *testing.T, f Fixture) {
	task := f.sh(`hostname; ls /proc | grep -c '^[0-9]' ; cat /etc/hosts; grep -c '' /etc/resolv.conf; echo 127.0.0.2 mine >> /etc/hosts; ls /`)
	r := f.succeed(t, task)
	lines := strings.Split(r.Stdout, "\n")
	if lines[0] != "weir" || len(lines[1]) > 1 || !strings.Contains(r.Stdout, "localhost weir\n") {
		t.Errorf("%q", r.Stdout)
	}
	if strings.Contains(r.Stdout, "\nhome\nlib\n") {
		t.Error("it sees this machine's root")
	}
}

func privileged(t *testing.T, f Fixture) {
	task := f.sh("mkdir -p /mnt; mount -t tmpfs none /mnt; echo yes > /mnt/file; cat /mnt/file; ip link add dummy0 type dummy 2>/dev/null || true")
	task.Privileged = true
	if r := f.succeed(t, task); r.Stdout != "yes\n" {
		t.Errorf("%q", r.Stdout)
	}
	// Its network namespace may be changed now; the next container has another one.
	if r := f.succeed(t, f.sh("ls /sys/class/net")); strings.Contains(r.Stdout, "dummy0") {
		t.Errorf("%q", r.Stdout)
	}
}

func tamper(t *testing.T, f Fixture) {
	task := f.sh(`for name in log exit; do
			rm -f /.weir/$name 2>/dev/null && echo removed $name
			mv /.weir/$name /.weir/x 2>/dev/null && echo moved $name
		done
		echo '{"Code":0}' > /.weir/exit
		(echo x > /.weir/init) 2>/dev/null && echo wrote init
		mv /.weir /x; mkdir /.weir; ln -s /etc/passwd /.weir/exit
		echo still logged >&2
		exit 9`)
	task.Argv[1] = "-u" // rm may fail
	if r := f.run(t, task); r.Stdout != "" || !strings.HasSuffix(r.Stderr, "still logged\n") || r.Code != 9 {
		t.Errorf("%+v, %q, %q", r.Exit, r.Stdout, r.Stderr)
	}
}

func users(t *testing.T, f Fixture) {
	for user, want := range map[string]string{"": "0:0 /root", "weir": "1000:1000 /home/weir", "1000": "1000:1000 /home/weir", "4711:12": "4711:12 /"} {
		task := f.sh(`echo "$(id -u):$(id -g) $HOME"; touch out/mine here in/new; rm in/file; ls -n out/mine`)
		in, out := f.volume(t, "file", "x"), task.RunID+"-out"
		f.removeVolume(t, out)
		task.User = user
		task.Mounts = []worker.Mount{mount(in, "in", worker.MountInput), mount(out, "out", worker.MountOutput)}
		if r := f.succeed(t, task); !strings.HasPrefix(r.Stdout, want+"\n") {
			t.Errorf("%q: %q", user, r.Stdout)
		}
	}
	task := f.sh("true")
	task.User = "nobody-knows"
	if r := f.run(t, task); !strings.Contains(r.Err, `user "nobody-knows"`) || r.Lost {
		t.Errorf("%+v", r.Exit)
	}
}

func pidsLimit(t *testing.T, f Fixture) {
	task := f.sh(`i=0; while [ $i -lt 100 ]; do sleep 100 & i=$((i+1)); done; echo all`)
	task.Limits.Pids = 20
	if r := f.run(t, task); r.Code == 0 || strings.Contains(r.Stdout, "all") || !strings.Contains(r.Stderr, "fork") {
		t.Errorf("%+v, %q, %q", r.Exit, r.Stdout, r.Stderr)
	}
}

func memoryLimit(t *testing.T, f Fixture) {
	task := f.sh(`head -c 200000000 /dev/zero | tail -c 199999999 | wc -c; echo done`)
	task.Argv = []string{"/bin/sh", "-eu", "-o", "pipefail", "-c", task.Argv[3]}
	task.Limits.MemoryBytes = 64 << 20
	if r := f.run(t, task); !r.OOM || r.Code != 137 {
		t.Errorf("%+v, %q, %q", r.Exit, r.Stdout, r.Stderr)
	}
	task.RunID, task.Argv[5] = NewID(), "exit 3"
	if r := f.run(t, task); r.OOM || r.Code != 3 {
		t.Errorf("within the limit: %+v", r.Exit)
	}
}

func imageMissing(t *testing.T, f Fixture) {
	for _, ref := range []string{"oci:/no/such/layout", f.Image.Ref + ":no-such-tag", "Not A Reference"} {
		task := f.sh("true")
		task.Image.Ref = ref
		var fault *worker.UserError
		if _, err := f.Runtime.Start(t.Context(), task); !errors.As(err, &fault) || !strings.Contains(err.Error(), "image") {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if ids, _ := f.Runtime.List(t.Context()); len(ids) != 0 {
		t.Errorf("left: %v", ids)
	}
}

func imageVolume(t *testing.T, f Fixture) {
	layout := f.volume(t, "unused", "")
	f.NewImage(t, layout)
	task := f.sh("echo from an artifact")
	task.Image = worker.Image{Volume: layout}
	if r := f.succeed(t, task); r.Stdout != "from an artifact\n" {
		t.Errorf("%q", r.Stdout)
	}
	maker := f.sh(`mkdir -p out/rootfs/bin out/rootfs/etc; cp /bin/busybox out/rootfs/bin/sh
		echo '{"env":["FROM=metadata"],"user":"root"}' > out/metadata.json`)
	out := maker.RunID + "-out"
	f.removeVolume(t, out)
	maker.Mounts = []worker.Mount{mount(out, "out", worker.MountOutput)}
	f.succeed(t, maker)
	task = f.sh(`echo "$FROM"; echo x > /new`)
	task.Image = worker.Image{Volume: out}
	if r := f.succeed(t, task); r.Stdout != "metadata\n" {
		t.Errorf("%q", r.Stdout)
	}
	if _, err := os.Stat(f.Path(out) + "/rootfs/new"); !os.IsNotExist(err) {
		t.Errorf("the artifact itself was changed: %v", err)
	}
	for name, script := range map[string]string{"nothing in it": "true", "a link out": "ln -s / out/rootfs"} {
		maker := f.sh(script)
		out := maker.RunID + "-out"
		f.removeVolume(t, out)
		maker.Mounts = []worker.Mount{mount(out, "out", worker.MountOutput)}
		f.succeed(t, maker)
		task := f.sh("ls /")
		task.Image = worker.Image{Volume: out}
		var fault *worker.UserError
		if _, err := f.Runtime.Start(t.Context(), task); !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
			_ = f.Runtime.Remove(t.Context(), task.RunID)
		}
	}
}

func imageCommand(t *testing.T, f Fixture) {
	task := f.sh("")
	task.Argv, task.Stdin = nil, []byte("echo $PATH; pwd")
	begin := time.Now()
	if r := f.succeed(t, task); r.Stdout != "/bin:/usr/bin\n"+worker.BuildDir+"\n" {
		t.Errorf("%q after %v", r.Stdout, time.Since(begin))
	}
}
