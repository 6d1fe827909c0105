package shim

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// /dev/full is a disk that is full.
func TestAFullDiskIsWaitedForThenNoted(t *testing.T) {
	f, err := openFile("/dev/full", 0)
	if err != nil {
		t.Fatal(err)
	}
	var waited time.Duration
	f.sleep = func(d time.Duration) { waited += d }
	o := output{log: f, now: time.Now}
	o.keep(1, []byte("lost"))
	o.keep(1, []byte("more"))
	if waited != diskPatience {
		t.Errorf("waited %v, want %v, and only once", waited, diskPatience)
	}
	if err := o.err(); err == nil || !strings.Contains(err.Error(), "disk is full") || !o.lost() {
		t.Errorf("error %v, lost %v", err, o.lost())
	}
}

// A disk that has room again in time loses nothing.
func TestADiskThatRecovers(t *testing.T) {
	dir := t.TempDir()
	small := mountSmall(t, dir)
	f, err := openNew(filepath.Join(small, "log"))
	if err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(small, "filler")
	if err := os.WriteFile(filler, make([]byte, 256<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	f.sleep = func(time.Duration) { _ = os.Remove(filler) }
	data := make([]byte, 900<<10)
	f.write(data)
	st, err := os.Stat(filepath.Join(small, "log"))
	if err != nil || f.full != nil || st.Size() != int64(len(data)) {
		t.Errorf("%v, %v, size %d", err, f.full, st.Size())
	}
}

func mountSmall(t *testing.T, dir string) string {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("SKIPPED: no right to mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func openNew(path string) (*file, error) {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return nil, err
	}
	return openFile(path, 0)
}

func TestUsers(t *testing.T) {
	passwd := [][]string{
		strings.Split("root:x:0:0:root:/root:/bin/sh", ":"),
		strings.Split("app:x:1000:1001:App:/home/app:/bin/sh", ":"),
		strings.Split("bad:x:zero:zero:Bad:/:/bin/sh", ":"),
	}
	if got, err := resolve("root", 0, nil, nil); err != nil || got.credential.Uid != 0 || got.home != "/root" {
		t.Errorf("root needs no /etc/passwd: %+v, %v", got, err)
	}
	groups := [][]string{{"root", "x", "0", ""}, {"docker", "x", "999", "app,other"}, {"wheel", "x", "10", "app"}}
	for user, want := range map[string]struct {
		credential *syscall.Credential
		home       string
		err        string
	}{
		"":           {nil, "/root", ""},
		"app":        {&syscall.Credential{Uid: 1000, Gid: 1001, Groups: []uint32{999, 10}}, "/home/app", ""},
		"1000":       {&syscall.Credential{Uid: 1000, Gid: 1001, Groups: []uint32{999, 10}}, "/home/app", ""},
		"4711":       {&syscall.Credential{Uid: 4711}, "/", ""},
		"4711:12":    {&syscall.Credential{Uid: 4711, Gid: 12}, "/", ""},
		"app:docker": {&syscall.Credential{Uid: 1000, Gid: 999}, "/home/app", ""},
		"bad":        {&syscall.Credential{Uid: 65534, Gid: 65534}, "/", ""},
		"who":        {nil, "", `user "who" is not in the image's /etc/passwd`},
		"app:who":    {nil, "", `group "who" is not in the image's /etc/group`},
	} {
		got, err := resolve(user, 0, passwd, groups)
		if want.err != "" {
			if err == nil || err.Error() != want.err {
				t.Errorf("%q: %v, want %s", user, err, want.err)
			}
			continue
		}
		if err != nil || got.home != want.home || !sameCredential(got.credential, want.credential) {
			t.Errorf("%q: %+v %s, %v", user, got.credential, got.home, err)
		}
	}
}

func sameCredential(a, b *syscall.Credential) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Uid != b.Uid || a.Gid != b.Gid || len(a.Groups) != len(b.Groups) {
		return false
	}
	for i := range a.Groups {
		if a.Groups[i] != b.Groups[i] {
			return false
		}
	}
	return true
}

func TestAnExitFileIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"blank": strings.Repeat(" ", 100), "empty": "", "torn": `{"Code":1`} {
		if err := os.WriteFile(ExitPath(dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if e, ok, err := ReadExit(dir); ok || err != nil {
			t.Errorf("%s: %+v, %v, %v", name, e, ok, err)
		}
	}
	f, err := os.OpenFile(ExitPath(dir), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeExit(f, failure(errors.New(strings.Repeat("\x00", 10_000)), time.Now())); err != nil {
		t.Fatal(err)
	}
	if e, ok, _ := ReadExit(dir); !ok || e.Code != -1 || len(e.Err) != exitRoom/8 {
		t.Errorf("%v %+v", ok, e)
	}
}
