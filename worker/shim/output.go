package shim

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
	"github.com/weirci/weir/worker/redact"
)

// A full disk is waited for: the program then blocks on its pipe. After
// diskPatience its output is read on and dropped, so that it can end, and the
// run fails with that as the reason.
const (
	diskPatience = 30 * time.Second
	diskRetry    = 200 * time.Millisecond
)

// output keeps what the program writes.
type output struct {
	log    *file
	result *file // nil where stdout is log
	now    func() time.Time
	in     []byte
	frame  []byte
	failed error

	hide  map[byte]*redact.Stream // by stream; empty where there are no secrets
	clear []byte                  // what hide lets through

	label *labels // nil: lines are not labelled
}

// file is written at its end only; a write that fails leaves no part of itself.
type file struct {
	f     *os.File
	size  int64 // of a file that is shared: as it was before the last write
	limit int64
	share bool // others write to it, each with its own lock
	sleep func(time.Duration)
	full  error // set once; nothing is written after it
}

func openOutput(dir string, c Config, now func() time.Time) (*output, error) {
	log, err := openFile(LogPath(dir), 0)
	if err != nil {
		return nil, err
	}
	log.share = c.Shared
	o := &output{log: log, now: now, in: make([]byte, logfile.MaxData)}
	if len(c.Secrets) > 0 {
		set := redact.New(c.Secrets)
		o.hide = map[byte]*redact.Stream{logfile.Stdout: set.Stream(), logfile.Stderr: set.Stream()}
	}
	if c.Service != nil {
		o.label = newLabels(c.Service.Name)
	}
	if c.Result {
		o.result, err = openFile(ResultPath(dir), MaxResult)
	}
	return o, err
}

func openFile(path string, limit int64) (*file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	return &file{f: f, limit: limit, sleep: time.Sleep}, nil
}

// read takes what is in the pipe, once; false at its end.
func (o *output) read(fd int, stream byte) bool {
	n, err := unix.Read(fd, o.in)
	if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
		return true
	}
	if err != nil || n <= 0 {
		return false
	}
	o.redact(stream, o.in[:n])
	return true
}

// redact keeps what may leave: this machine's disk is outside, too.
func (o *output) redact(stream byte, data []byte) {
	if hide := o.hide[stream]; hide != nil {
		o.clear = hide.Write(o.clear[:0], data)
		data = o.clear
	}
	o.keepAll(stream, data)
}

// flush keeps what was held back for what might have followed.
func (o *output) flush() {
	for _, stream := range []byte{logfile.Stdout, logfile.Stderr} {
		if hide := o.hide[stream]; hide != nil {
			o.keepAll(stream, hide.Flush(nil))
		}
	}
	if o.label != nil {
		o.keepAll(logfile.Beside, o.label.flush())
	}
}

// say adds a line of the init's own to those of a service.
func (o *output) say(line string) { o.keepAll(logfile.Beside, o.label.line([]byte(line))) }

func (o *output) keepAll(stream byte, data []byte) {
	if o.label != nil && stream != logfile.Beside {
		stream, data = logfile.Beside, o.label.add(stream, data)
	}
	for len(data) > 0 {
		n := min(len(data), logfile.MaxData)
		o.keep(stream, data[:n])
		data = data[n:]
	}
}

func (o *output) keep(stream byte, data []byte) {
	if stream == logfile.Stdout && o.result != nil {
		o.result.write(data)
		return
	}
	o.frame = logfile.Append(o.frame[:0], logfile.Record{Stream: stream, At: o.now(), Data: data})
	o.log.write(o.frame)
}

func (o *output) fail(err error) { o.failed = errors.Join(o.failed, err) }

// lost tells that the fault is the worker's, not the program's.
func (o *output) lost() bool { return o.result == nil || !errors.Is(o.result.full, errTooLarge) }

func (o *output) err() error {
	err := o.failed
	if o.log.full != nil {
		err = errors.Join(err, fmt.Errorf("log: %w: output after byte %d of it is lost", o.log.full, o.log.size))
	}
	if o.result != nil && o.result.full != nil {
		err = errors.Join(err, fmt.Errorf("result on standard output: %w", o.result.full))
	}
	return err
}

var errTooLarge = fmt.Errorf("it is larger than %d MiB", MaxResult>>20)

func (f *file) write(data []byte) {
	if f.full != nil {
		return
	}
	if f.share {
		defer f.lock()()
	}
	if f.limit > 0 && f.size+int64(len(data)) > f.limit {
		f.full = errTooLarge
		return
	}
	if err := f.writeAll(data); err != nil {
		f.full = err
		_ = f.f.Truncate(f.size)
		return
	}
	f.size += int64(len(data))
}

// lock keeps others from writing, and finds out where the end is, so that a write
// that fails takes nothing of theirs away.
func (f *file) lock() (unlock func()) {
	fd := int(f.f.Fd())
	for errors.Is(unix.Flock(fd, unix.LOCK_EX), unix.EINTR) {
		continue
	}
	if st, err := f.f.Stat(); err == nil {
		f.size = st.Size()
	}
	return func() { _ = unix.Flock(fd, unix.LOCK_UN) }
}

func (f *file) writeAll(data []byte) error {
	var waited time.Duration
	for len(data) > 0 {
		n, err := f.f.Write(data)
		data = data[n:]
		switch {
		case err == nil:
		case !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EDQUOT):
			return err
		case waited >= diskPatience:
			return fmt.Errorf("%s (waited %v)", worker.DiskFull, waited)
		default:
			f.sleep(diskRetry)
			waited += diskRetry
		}
	}
	return nil
}
