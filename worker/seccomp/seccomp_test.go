package seccomp_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker/seccomp"
)

// child is set in the environment of this test's own binary, started again:
// a filter cannot be taken off, so only a process of its own can have one.
const child = "WEIR_TEST_SECCOMP"

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		os.Exit(filtered())
	}
	os.Exit(m.Run())
}

// noMkdir refuses one system call with an error of its own, and allows all others.
func noMkdir() seccomp.Filter {
	raw, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 4}, // seccomp_data.nr
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SYS_MKDIRAT, SkipFalse: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EXDEV)},
		bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW},
	})
	if err != nil {
		panic(err)
	}
	var f seccomp.Filter
	for _, i := range raw {
		code := unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K}
		f = append(f, unsafe.Slice((*byte)(unsafe.Pointer(&code)), unsafe.Sizeof(code))...)
	}
	return f
}

// filtered is the child: under the filter, on whichever thread, the call fails.
func filtered() int {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 2
	}
	if err := seccomp.Install(noMkdir()); err != nil {
		os.Stderr.WriteString(err.Error())
		return 3
	}
	done := make(chan error)
	for range 8 {
		go func() { done <- unix.Mkdirat(unix.AT_FDCWD, "x", 0o700) }()
	}
	for range 8 {
		if err := <-done; !errors.Is(err, unix.EXDEV) {
			return 4
		}
	}
	os.Stdout.WriteString("ready\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
	return 0
}

// What is read from a process is what was installed, and the process goes on.
func TestAFilterIsReadAsItWasInstalled(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root may read the filter of a process")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), child+"=1"), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 6)
	_, _ = out.Read(line)
	got, err := seccomp.Read(cmd.Process.Pid)
	if err != nil || string(got) != string(noMkdir()) {
		t.Errorf("%x, %v", got, err)
	}
	_ = in.Close()
	if err := cmd.Wait(); err != nil || string(line) != "ready\n" {
		t.Errorf("%q, %v", line, err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if f, err := seccomp.Read(cmd.Process.Pid); os.Geteuid() == 0 && !errors.Is(err, seccomp.ErrNone) {
		t.Errorf("a process without a filter: %x, %v", f, err)
	}
	if f, err := seccomp.Read(1 << 22); !errors.Is(err, unix.ESRCH) {
		t.Errorf("no process: %x, %v", f, err)
	}
	for name, f := range map[string]seccomp.Filter{
		"nothing": nil, "half an instruction": make(seccomp.Filter, 4), "too long": make(seccomp.Filter, 8*5000),
	} {
		if err := seccomp.Install(f); err == nil || !strings.Contains(err.Error(), "no filter") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
