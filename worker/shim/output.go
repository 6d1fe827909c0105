package shim

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
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
}

// file is written at its end only; a write that fails leaves no part of itself.
type file struct {
	f     *os.File
	size  int64
	limit int64
	sleep func(time.Duration)
	full  error // set once; nothing is written after it
}

func openOutput(dir string, result bool, now func() time.Time) (*output, error) {
	log, err := openFile(LogPath(dir), 0)
	if err != nil {
		return nil, err
	}
	o := &output{log: log, now: now, in: make([]byte, logfile.MaxData)}
	if result {
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
	o.keep(stream, o.in[:n])
	return true
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
