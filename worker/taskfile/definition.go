package taskfile

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/weirci/weir/worker/load"
)

// most is how many bytes a file may have.
const most = 1 << 20

// Request is what the program reads on its standard input.
type Request struct {
	File string `json:"file"` // from the working directory on
}

// Definition is a task as all kinds of files say it.
type Definition struct {
	Image    string            `json:"image,omitempty"`
	Run      []string          `json:"run,omitempty"`
	Script   string            `json:"script,omitempty"`
	Dir      string            `json:"dir,omitempty"`
	User     string            `json:"user,omitempty"`
	Env      map[string]string `json:"env,omitempty"`
	Inputs   []Mount           `json:"inputs,omitempty"`
	Outputs  []Mount           `json:"outputs,omitempty"`
	Caches   []string          `json:"caches,omitempty"`
	Hermetic bool              `json:"hermetic,omitempty"`
	CPU      int64             `json:"cpu_millis,omitempty"`
	Memory   int64             `json:"memory_bytes,omitempty"`
	Pids     int64             `json:"pids,omitempty"`
}

// Mount is an input or output.
type Mount struct {
	Name     string `json:"name"`
	Path     string `json:"path,omitempty"` // from the step's directory on; "": its name
	Optional bool   `json:"optional,omitempty"`
}

// Answer is what the program prints: a task, or what is wrong with the file.
type Answer struct {
	Task  *Definition `json:"task"`
	Error string      `json:"error,omitempty"`
}

// Main is the program; its exit code is not 0 only where it was not called as it
// should be.
func Main(dir string, in io.Reader, out, log io.Writer) int {
	var r Request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		fmt.Fprintf(log, "reading the request from standard input: %v\n", err)
		return 2
	}
	d, err := Read(dir, r.File)
	a := Answer{Task: d}
	if err != nil {
		a = Answer{Error: err.Error()}
	}
	if err := json.NewEncoder(out).Encode(a); err != nil {
		fmt.Fprintf(log, "writing the task: %v\n", err)
		return 1
	}
	return 0
}

// Read gives the task that is defined in a file below dir.
func Read(dir, file string) (*Definition, error) {
	v, err := values(dir, file)
	if err != nil {
		return nil, err
	}
	f := &fields{left: v}
	var d Definition
	if f.concourse() {
		d = f.fromConcourse()
	} else {
		d = f.native()
	}
	if err := f.end(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &d, nil
}

// values are the arguments in a file.
func values(dir, file string) (map[string]any, error) {
	if isHCL(file) {
		text, err := load.Read(dir, load.Request{File: file, Format: "raw", Most: most})
		if err != nil {
			return nil, err
		}
		return fromHCL(file, text.(string))
	}
	v, err := load.Read(dir, load.Request{File: file, Format: "yaml", Most: most}) // all JSON is YAML
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: it is no task: its arguments are missing", file)
	}
	return m, nil
}
