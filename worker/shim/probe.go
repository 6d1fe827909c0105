package shim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// How a service is asked whether it is ready: again this long after an answer,
// and an answer is not waited for longer than that.
const (
	probeEvery    = 100 * time.Millisecond
	probePatience = 10 * time.Second
	// probeOutput is how much of what the last attempt wrote is shown.
	probeOutput = 4 << 10
)

// Readiness is what DIR/ready says of a service.
type Readiness struct {
	Ready bool
	Err   string // why it will never be; one line, for people
}

// probe finds out when a service is ready, by a command that runs beside its
// program: a child of the same init, so under the same filter, limits and user.
// A nil probe does nothing.
type probe struct {
	config Config // of the command: Argv is it
	file   *os.File
	now    func() time.Time

	until time.Time // when patience with the service ends
	next  time.Time // when the command is run again
	pid   int       // of the command, 0: it does not run
	out   int       // a file in memory with what it writes
	since time.Time // it runs
	last  string    // what came of the last attempt
	over  bool      // the answer was written
}

func newProbe(dir string, c Config, now func() time.Time) (*probe, error) {
	if c.Service == nil {
		return nil, nil
	}
	// Opened before the program can rename what is on the way to it.
	f, err := os.OpenFile(ReadyPath(dir), os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return &probe{config: c, file: f, now: now, last: "did not end"}, nil
}

// begin is called when the program runs.
func (p *probe) begin() {
	if p == nil {
		return
	}
	if len(p.config.Service.Ready) == 0 {
		p.answer(Readiness{Ready: true})
		return
	}
	p.config.Argv = p.config.Service.Ready
	p.next = p.now()
	p.until = p.next.Add(p.config.Service.Patience)
	p.look()
}

// patience is how long the loop may wait for something else, in milliseconds.
func (p *probe) patience() int {
	if p == nil || p.over {
		return -1
	}
	at := p.next
	if p.pid != 0 {
		at = p.since.Add(probePatience)
	}
	if p.until.Before(at) {
		at = p.until
	}
	return int(max(at.Sub(p.now()), 0).Milliseconds()) + 1
}

// look does what is due.
func (p *probe) look() {
	if p == nil || p.over {
		return
	}
	now := p.now()
	switch {
	case !now.Before(p.until):
		p.end()
		p.give("not ready after %v: its ready command %q %s", p.config.Service.Patience, p.config.Argv, p.last)
	case p.pid != 0 && !now.Before(p.since.Add(probePatience)):
		p.end() // reaped says what came of it
	case p.pid == 0 && !now.Before(p.next):
		if err := p.start(); err != nil {
			p.give("its ready %v", err)
		}
	}
}

func (p *probe) start() error {
	who, err := lookupUser(p.config.User)
	if err != nil {
		return err
	}
	env := completeEnv(p.config.Env, who)
	path, err := lookup(p.config, getenv(env, "PATH"))
	if err != nil {
		return err
	}
	in, err := inMemory(nil)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(in) }()
	if p.out, err = unix.MemfdCreate("ready", unix.MFD_CLOEXEC); err != nil {
		return os.NewSyscallError("memfd_create", err)
	}
	p.pid, err = syscall.ForkExec(path, p.config.Argv, &syscall.ProcAttr{
		Dir: p.config.Dir, Env: env, Files: []uintptr{uintptr(in), uintptr(p.out), uintptr(p.out)},
		Sys: &syscall.SysProcAttr{Setsid: true, Credential: who.credential},
	})
	if err != nil {
		_ = unix.Close(p.out)
		return startError(p.config, path, err)
	}
	p.since = p.now()
	return nil
}

// end kills the command with what it has started, but for what left its session.
func (p *probe) end() {
	if p.pid != 0 {
		_ = unix.Kill(-p.pid, unix.SIGKILL)
	}
}

// reaped is told of every child that has ended.
func (p *probe) reaped(pid int, st unix.WaitStatus) {
	if p == nil || p.pid == 0 || pid != p.pid {
		return
	}
	p.pid = 0
	p.next = p.now().Add(probeEvery)
	wrote := p.wrote()
	if p.over {
		return
	}
	code := exitCode(st)
	if code == 0 {
		p.answer(Readiness{Ready: true})
		return
	}
	p.last = fmt.Sprintf("ended with exit code %d", code)
	if wrote != "" {
		p.last += ": " + wrote
	}
}

// wrote is the last line of what the command wrote.
func (p *probe) wrote() string {
	b := make([]byte, probeOutput)
	var st unix.Stat_t
	_ = unix.Fstat(p.out, &st)
	n, _ := unix.Pread(p.out, b, max(st.Size-probeOutput, 0))
	_ = unix.Close(p.out)
	text := strings.TrimSpace(strings.ToValidUTF8(string(bytes.TrimRight(b[:max(n, 0)], "\x00")), "?"))
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

func (p *probe) give(format string, args ...any) {
	p.answer(Readiness{Err: redacted(fmt.Errorf(format, args...), p.config.Secrets).Error()})
}

// answer writes down what was found, once.
func (p *probe) answer(r Readiness) {
	p.over = true
	const maxText = exitRoom / 8 // JSON needs up to six bytes for one
	if len(r.Err) > maxText {
		r.Err = r.Err[:maxText]
	}
	if text, err := json.Marshal(r); err == nil {
		_, _ = p.file.WriteAt(append(text, '\n'), 0)
	}
	_ = p.file.Close()
}

// ReadReady gives what is known of the service in dir; ok is false as long as
// nothing is.
func ReadReady(dir string) (r Readiness, ok bool, err error) {
	f, err := os.Open(ReadyPath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read whether a service is ready: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, exitRoom)) // a service may write to it, too
	if err != nil {
		return r, false, fmt.Errorf("read whether a service is ready: %w", err)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 || json.Unmarshal(text, &r) != nil {
		return Readiness{}, false, nil
	}
	return r, true, nil
}
