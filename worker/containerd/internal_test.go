package containerd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/mount"
	"pgregory.net/rapid"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/shim"
)

// What containerd says counts; the init's file fills in what containerd cannot know.
func TestJudge(t *testing.T) {
	at := time.Unix(1000, 0)
	file := func(code int, err string) worker.Exit {
		return worker.Exit{Code: code, Err: err, EndedAt: time.Unix(900, 0)}
	}
	for name, tt := range map[string]struct {
		code    int
		at      time.Time
		known   bool
		file    worker.Exit
		written bool
		want    int
		lost    bool
		err     string
	}{
		"both agree":                        {3, at, true, file(3, ""), true, 3, false, ""},
		"the file was forged":               {9, at, true, file(0, ""), true, 9, false, ""},
		"the file was forged with an error": {9, at, true, file(-1, "not me"), true, 9, false, ""},
		"the init was killed":               {137, at, true, worker.Exit{}, false, 137, false, ""},
		"the init failed":                   {shim.FailCode, at, true, file(-1, "no command"), true, -1, false, "no command"},
		"a program that exits like it":      {shim.FailCode, at, true, file(shim.FailCode, ""), true, shim.FailCode, false, ""},
		"containerd did not see the end":    {255, time.Time{}, true, file(4, ""), true, 4, false, ""},
		"a program that exits 255":          {255, at, true, file(255, ""), true, 255, false, ""},
		"the task is gone":                  {0, time.Time{}, false, file(4, ""), true, 4, false, ""},
		"everything is gone":                {0, time.Time{}, false, worker.Exit{}, false, -1, true, "restarted"},
	} {
		got := judge(tt.code, tt.at, tt.known, tt.file, tt.written)
		if got.Code != tt.want || got.Lost != tt.lost || !strings.Contains(got.Err, tt.err) || (tt.err == "") != (got.Err == "") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestMergeEnv(t *testing.T) {
	got := mergeEnv([]string{"PATH=/bin", "A=image", "EMPTY="}, []string{"A=task", "B=1", "EMPTY=x=y"})
	if !slices.Equal(got, []string{"PATH=/bin", "A=task", "B=1", "EMPTY=x=y"}) {
		t.Errorf("%v", got)
	}
}

func TestLowerDirs(t *testing.T) {
	one, err := lowerDirs([]mount.Mount{{Type: "bind", Source: "/s/1/fs", Options: []string{"ro", "rbind"}}})
	if err != nil || !slices.Equal(one, []string{"/s/1/fs"}) {
		t.Errorf("%v, %v", one, err)
	}
	two, err := lowerDirs([]mount.Mount{{Type: "overlay", Options: []string{"index=off", "lowerdir=/s/2/fs:/s/1/fs"}}})
	if err != nil || !slices.Equal(two, []string{"/s/2/fs", "/s/1/fs"}) {
		t.Errorf("%v, %v", two, err)
	}
	if _, err := lowerDirs([]mount.Mount{{Type: "btrfs"}}); err == nil {
		t.Error("btrfs was taken")
	}
}

func TestNameServers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "resolv.conf")
	for conf, want := range map[string]string{
		"nameserver 10.0.0.2\nsearch a b\n":                   "nameserver 10.0.0.2\nsearch a b\n",
		"nameserver 127.0.0.53\nnameserver 10.0.0.2\n":        "nameserver 10.0.0.2\n",
		"# nameserver 1.2.3.4\nnameserver 127.0.0.53\n":       "# the machine has no name server that containers can reach\n",
		"nameserver ::1\nnameserver fe80::1\noptions edns0\n": "# the machine has no name server that containers can reach\n",
	} {
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := string(nameServers(nil, file, "/no/such/file")); got != want {
			t.Errorf("%q becomes %q", conf, got)
		}
	}
	if got := string(nameServers([]string{"1.1.1.1", "8.8.8.8"}, file)); got != "nameserver 1.1.1.1\nnameserver 8.8.8.8\n" {
		t.Errorf("%q", got)
	}
}

func TestOOMKills(t *testing.T) {
	for text, want := range map[string]bool{
		"oom_kill_disable 0\nunder_oom 0\noom_kill 0\n": false, "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n": true,
		"low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n": true, "": false,
	} {
		if got := oomKills(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Whatever the order, a key has one holder at a time, and nothing is kept of it.
func TestKeyLocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l keyLocks
		var group sync.WaitGroup
		held := map[string]*int{"a": new(int), "b": new(int)}
		for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 20).Draw(t, "keys") {
			group.Go(func() {
				defer l.lock(key)()
				*held[key]++ // the race detector watches
			})
		}
		group.Wait()
		if len(l.held) != 0 {
			t.Fatalf("%d keys are kept", len(l.held))
		}
	})
}

func TestADirectoryThatMountsCannotName(t *testing.T) {
	for _, dir := range []string{"a,b", "a:b", `a"b`} {
		if _, err := (Config{Dir: filepath.Join(t.TempDir(), dir), Binary: "/bin/busybox"}).withDefaults(); err == nil || !strings.Contains(err.Error(), "comma") {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := (Config{Dir: t.TempDir(), Binary: "/bin/ls"}).withDefaults(); err == nil || !strings.Contains(err.Error(), "CGO_ENABLED=0") {
		t.Errorf("a dynamic init: %v", err)
	}
}
