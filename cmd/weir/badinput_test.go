package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/worker/image"
)

// badTask is a task that cannot be run, and what is said of it: on the last line
// of the watch, which ends with 2.
type badTask struct {
	name       string
	task       string // the fields of it
	want       string // a pattern
	containers bool   // only with these
}

var badTasks = []badTask{
	{name: "no-command", task: `run = ["nosuch"]`, want: `command "nosuch" is not (in the image|on this worker, which runs without containers) \(PATH .*\)`},
	{name: "no-program", task: `run = ["/no/such"]`, want: `command "/no/such" is not (in the image|on this worker, which runs without containers)`},
	{name: "no-rights", task: `run = ["/etc/passwd"]`, want: `command "/etc/passwd" \(/etc/passwd\) is not executable`},
	{name: "no-directory", task: `run = ["true"]
    dir = "nowhere"`, want: `the working directory ".*/build/nowhere" is not there: no input or output of this step makes it`},
	{name: "no-user", containers: true, task: `run = ["true"]
    user = "who"`, want: `user "who" is not in the image's /etc/passwd`},
	{name: "no-layout", containers: true, task: `run = ["true"]
    image = "oci:/no/such/layout"`, want: `image oci:/no/such/layout: there is no such directory on this worker`},
	{name: "no-layout-inside", containers: true, task: `run = ["true"]
    image = "oci:/etc"`, want: `image oci:/etc: .*index\.json: no such file or directory`},
	{name: "no-tag-in-layout", containers: true, task: `run = ["true"]
    image = "oci:IMAGE:old"`, want: `image oci:IMAGE:old: .*no tag "old" in it, only \["latest"\]`},
	{name: "no-registry", containers: true, task: `run = ["true"]
    image = "127.0.0.1:1/team/app:1"`, want: `its worker could not run it, 4 times, the last time: image 127\.0\.0\.1:1/team/app:1: its registry does not answer: dial tcp 127\.0\.0\.1:1: connect: connection refused \(a fault of the system: trigger it again\)`},
	{name: "no-tag", containers: true, task: `run = ["true"]
    image = "RIGHT/team/app:2"`, want: `image RIGHT/team/app:2: there is no such image or tag, or this worker may not see it`},
	{name: "no-password", containers: true, task: `run = ["true"]
    image = "WRONG/team/app:1"`, want: `image WRONG/team/app:1: the registry does not let this worker in: it has no credentials for it, or wrong ones`},
}

// goodTask is run last: by a system that has had all the others.
const goodTask = `run = ["true"]`

// A mistake that only a run can find: one message, that says what and where, on the
// last line, and exit code 2. The next build is none the worse for it.
func TestBadTasks(t *testing.T) {
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			right, wrong := startRegistry(t), startRegistry(t)
			login(t, map[string]string{right.host: "me:secret", wrong.host: "me:guess"})
			w := newInstallation(t, runtime)
			fill := strings.NewReplacer("RIGHT", right.host, "WRONG", wrong.host, "IMAGE", filepath.Join(w.work, "image"))
			tasks := []badTask{{name: "good", task: goodTask}}
			for _, b := range badTasks {
				if runtime == "containerd" || !b.containers {
					b.task, b.want = fill.Replace(b.task), fill.Replace(b.want)
					tasks = append(tasks, b)
				}
			}
			if runtime == "containerd" {
				tasks = append(tasks, badTask{name: "private", task: fill.Replace(`run = ["true"]
    image = "RIGHT/team/app:1"`)})
			}
			w.apply(t, badPipeline(tasks))
			right.push(t, filepath.Join(w.work, "image"))
			wrong.push(t, filepath.Join(w.work, "image"))
			for _, b := range append(tasks[1:], tasks[0]) {
				t.Run(b.name, func(t *testing.T) {
					if b.want == "" {
						w.wantBuild(t, b.name, 0, "succeeded in .*")
					} else {
						w.wantBuild(t, b.name, 2, `errored in \S+: task "t": `+b.want)
					}
				})
			}
		})
	}
}

// badPipeline has a job for each task.
func badPipeline(tasks []badTask) string {
	var b strings.Builder
	b.WriteString("pipeline \"bad\" {}\n")
	for _, one := range tasks {
		if !strings.Contains(one.task, "image =") {
			one.task += "\n    image = \"oci:IMAGE\""
		}
		fmt.Fprintf(&b, "job %q {\n  task \"t\" {\n    %s\n  }\n}\n", one.name, one.task)
	}
	return b.String()
}

// wantBuild runs a job, and looks at the exit code and at the end of the last line.
func (w *installation) wantBuild(t *testing.T, job string, code int, want string) string {
	t.Helper()
	out, err := w.weir("trigger", job, "--watch").CombinedOutput()
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if last := lines[len(lines)-1]; got != code || !regexp.MustCompile(`^==> \S+ #\d+ `+want+`$`).MatchString(last) {
		t.Errorf("exit code %d, want %d, and the last line as %s:\n%s\nweir dev:\n%s", got, code, want, out, w.log())
	}
	return string(out)
}

// fillers are ways to meet a full disk.
const fillers = `
pipeline "full" {}
job "good" {
  task "t" {
    image  = "oci:IMAGE"
    script = "echo well"
  }
}
job "fills" {
  task "t" {
    image   = "oci:IMAGE"
    outputs = ["out"]
    script  = "cat /dev/zero > out/file 2> /dev/null"
  }
}
`

// A worker whose disk is full says so and gets no new runs, which wait; when there
// is space again things go on, and nothing has to be started anew. A program that
// fills the disk is told so.
func TestFullDisk(t *testing.T) {
	needDisk(t)
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			w := &installation{runtime: runtime, listen: "127.0.0.1:0", work: openWork(t)}
			w.dir = filepath.Join(w.work, "dev")
			disk := smallDisk(t, filepath.Join(w.dir, "worker"), "48m")
			w.start(t)
			t.Cleanup(w.stop) // before the disk goes
			w.apply(t, fillers)
			w.wantBuild(t, "good", 0, "succeeded in .*")

			ballast := filepath.Join(disk, "ballast")
			emptied := keepFull(t, ballast)
			w.saysOfWorkers(t, "the disk is nearly full (0 MiB free of 48)")
			waits := w.weir("trigger", "good", "--watch")
			if err := waits.Start(); err != nil {
				t.Fatal(err)
			}
			w.saysOfWorkers(t, "nearly full") // still, and the worker has not been given it
			emptied()
			if err := waits.Wait(); err != nil {
				t.Errorf("the build that waited for space: %v", err)
			}
			w.wantBuild(t, "good", 0, "succeeded in .*")

			full := `the disk of worker dev is full \(` + disk + `\)`
			w.wantBuild(t, "fills", 2, `errored in .*: task "t": `+full+`: the program ended with exit code 1`)
		})
	}
}

func needDisk(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("root is missing, and in CI it must be there")
	}
	t.Skip("SKIPPED: a disk can only be made, and filled, by root")
}

// saysOfWorkers waits until weir workers says something.
func (w *installation) saysOfWorkers(t *testing.T, text string) {
	t.Helper()
	var out []byte
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if out, _ = w.weir("workers", "--json").CombinedOutput(); bytes.Contains(out, []byte(text)) {
			return
		}
	}
	t.Fatalf("weir workers does not say %q:\n%s", text, out)
}

// smallDisk mounts a disk of that size.
func smallDisk(t *testing.T, dir, size string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=711"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("something holds the disk of a worker that has ended: %v", err)
			_ = syscall.Unmount(dir, syscall.MNT_DETACH)
		}
	})
	return dir
}

// keepFull fills the disk, and again whenever the worker deletes something, until
// the function that it gives is called: that one empties it.
func keepFull(t *testing.T, path string) func() {
	t.Helper()
	fillUp(t, path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	enough, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-enough:
				return
			case <-time.After(time.Millisecond):
				_, _ = io.Copy(f, io.LimitReader(zeros{}, 1<<30)) // ends with an error: it is full
			}
		}
	}()
	return func() {
		t.Helper()
		close(enough)
		<-stopped
		if err := errors.Join(f.Close(), os.Remove(path)); err != nil {
			t.Fatal(err)
		}
	}
}

func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, io.LimitReader(zeros{}, 1<<30)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// resourceScripts are a resource type in three lines of shell each.
var resourceScripts = map[string]string{
	"opt/resource/check": "#!/bin/sh\ncat >&2\necho '[{\"n\":\"1\"},{\"n\":\"2\"}]'\n",
	"opt/resource/in":    "#!/bin/sh\ncat > $1/request\necho '{\"version\":{\"n\":\"2\"},\"metadata\":[]}'\n",
	"opt/resource/out":   "#!/bin/sh\ncat >&2\necho >&2\ncat $1/made/file >&2\necho '{\"version\":{\"n\":\"7\"},\"metadata\":[]}'\n",
}

const ownType = `
pipeline "own" {}
resource_type "mine" {
  image    = "oci:TYPE"
  defaults = { by = "type" }
}
resource "mine" "thing" {
  source = { of = "resource" }
}
job "all" {
  get "thing" {}
  task "make" {
    image   = "oci:IMAGE"
    inputs  = ["thing"]
    outputs = ["made", "root"]
    script  = <<-SH
      cat thing/request
      echo "made by a task" > made/file
      mkdir -p root/rootfs/etc
      cp -a /bin root/rootfs/
      echo "of an artifact" > root/rootfs/etc/made
      echo '{"env":["PATH=/bin","KEPT=yes"]}' > root/metadata.json
    SH
  }
  task "inside" {
    image  = artifact.root
    script = "cat /etc/made; echo kept=$KEPT"
  }
  put "thing" {
    params = { p = 1 }
    inputs = ["made"]
  }
}
`

// A resource type of one's own, which is an image that speaks Concourse's protocol,
// and an image that an earlier step has made.
func TestImagesOfOnesOwn(t *testing.T) {
	all := runtimes(t)
	if all[len(all)-1] != "containerd" {
		t.Skip("SKIPPED: images want containerd")
	}
	w := newInstallation(t, "containerd")
	layout := filepath.Join(w.work, "type")
	if err := image.BusyboxWith(layout, resourceScripts); err != nil {
		t.Fatal(err)
	}
	w.apply(t, strings.ReplaceAll(ownType, "TYPE", layout))
	if out, err := w.weir("check", "thing").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("the latest is n=2")) {
		t.Errorf("check: %v\n%s", err, out)
	}
	out := w.wantBuild(t, "all", 0, "succeeded in .*")
	for _, want := range []string{
		`"source":{"by":"type","of":"resource"},"version":{"n":"2"}`, "| of an artifact\n", "| kept=yes\n",
		`"params":{"p":1}`, "! made by a task\n", "thing > get succeeded",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the log has no %q:\n%s", want, out)
		}
	}
	if out, err := w.weir("resources").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("n=7")) {
		t.Errorf("what was put is not the latest version: %v\n%s", err, out)
	}
}

// What nobody can start with ends at once, with one line.
func TestBadStart(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
		root bool
	}{
		"no containerd": {[]string{"--runtime", "containerd", "--containerd-address", "/no/such.sock"}, `no containerd answers at /no/such\.sock: .*no such file or directory`, true},
		"no runtime":    {[]string{"--runtime", "magic"}, `there is no runtime "magic": auto, containerd and process are known`, false},
		"a file":        {[]string{"--runtime", "process", "--dir", "/etc/passwd"}, `the data directory: mkdir /etc/passwd: not a directory`, false},
		"no port":       {[]string{"--runtime", "process", "--listen", "127.0.0.1:99999"}, `listening on 127\.0\.0\.1:99999: .*invalid port.*`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.root && len(runtimes(t)) < 2 {
				t.Skip("SKIPPED: this wants root and containerd")
			}
			w := &installation{work: openWork(t)}
			out, err := w.weir(append([]string{"dev", "--dir", filepath.Join(w.work, "dev"), "--listen", "127.0.0.1:0"}, c.args...)...).CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 || !regexp.MustCompile(`(?m)^Error: .*`+c.want+`$`).Match(out) {
				t.Errorf("got %v, want exit code 2 and %s:\n%s", err, c.want, out)
			}
			if left := leftovers(t, w.work); len(left) > 0 {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}
