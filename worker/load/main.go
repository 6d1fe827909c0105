package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// Request is what the program reads on its standard input.
type Request struct {
	File   string `json:"file"`   // from the working directory on
	Format string `json:"format"` // json, yaml, trim, raw
	Most   int64  `json:"most"`   // bytes that the file may have
}

// Answer is what it prints: a value, or what is wrong with the file.
type Answer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

// Main is the program. A file that cannot be read is an answer; its exit code is
// not 0 only where it was not called as it should be.
func Main(dir string, in io.Reader, out, log io.Writer) int {
	var r Request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		fmt.Fprintf(log, "reading the request from standard input: %v\n", err)
		return 2
	}
	v, err := Read(dir, r)
	a := Answer{Value: v}
	if err != nil {
		a = Answer{Error: err.Error()}
	}
	if err := json.NewEncoder(out).Encode(a); err != nil {
		fmt.Fprintf(log, "writing the value: %v\n", err)
		return 1
	}
	return 0
}

// Read gives the value in a file below dir. Links that lead out of it are not
// followed. The error is for people, and has nothing of what the file holds.
func Read(dir string, r Request) (any, error) {
	text, err := read(dir, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File, err)
	}
	v, err := parse(r.Format, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File, err)
	}
	return v, nil
}

func read(dir string, r Request) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, cause(err)
	}
	defer func() { _ = root.Close() }()
	info, err := root.Stat(path.Clean(r.File))
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() { // a pipe would never end
		return nil, errors.New("it is no file")
	}
	f, err := root.Open(path.Clean(r.File))
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, r.Most+1))
	if err != nil {
		return nil, cause(err)
	}
	if int64(len(text)) > r.Most {
		return nil, fmt.Errorf("it has more than %d KiB", r.Most>>10)
	}
	return text, nil
}

// cause is an error without the path, which the message begins with.
func cause(err error) error {
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case errors.As(err, &p):
		return p.Err
	}
	return err
}
