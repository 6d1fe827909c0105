package compilestep

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/weirci/weir/lang/diag"
)

// Request is what the program reads on its standard input.
type Request struct {
	Dir      string                     `json:"dir"`  // from the working directory on
	File     string                     `json:"file"` // the only one in it that is read; "": all
	As       string                     `json:"as"`   // how the files have to call the pipeline
	Name     string                     `json:"name"` // and how it is called: instances of one have names of their own
	Team     string                     `json:"team"`
	Vars     map[string]json.RawMessage `json:"vars"`
	Instance map[string]json.RawMessage `json:"instance"` // values of variables too, if there are such
}

// Answer is what it prints: a graph, or what is wrong, in a line.
type Answer struct {
	Graph []byte `json:"graph,omitempty"` // canonical bytes, gzip
	Error string `json:"error,omitempty"`
}

// Main is the program. A pipeline that does not compile is an answer, and log has what
// is wrong with it; the exit code is not 0 only where it was not called as it should be.
func Main(version string, in io.Reader, out, log io.Writer) int {
	var r Request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		fmt.Fprintf(log, "reading the request from standard input: %v\n", err)
		return 2
	}
	var a Answer
	g, err := r.compile(version, log)
	if err == nil {
		a.Graph, err = packed(g)
	}
	if err != nil {
		a = Answer{Error: err.Error()}
	}
	if err := json.NewEncoder(out).Encode(a); err != nil {
		fmt.Fprintf(log, "writing the graph: %v\n", err)
		return 1
	}
	return 0
}

func packed(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	err := z.Close()
	return out.Bytes(), err
}

// where is what is compiled, as people call it.
func (r Request) where() string { return filepath.Join(r.Dir, r.File) }

func (r Request) check() error {
	info, err := os.Stat(r.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s", r.Dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is a file: for one file write file = …", r.Dir)
	case r.File == "":
		return nil
	}
	if !strings.HasSuffix(r.File, ".weir.hcl") && !strings.HasSuffix(r.File, ".cue") && !isData(r.File) {
		return fmt.Errorf("%s is no file of a pipeline: its name ends in .weir.hcl, .cue, .weir.json or .weir.yaml", r.where())
	}
	if _, err := os.Stat(r.where()); err != nil {
		return fmt.Errorf("there is no file %s", r.where())
	}
	return nil
}

func isData(name string) bool {
	return strings.HasSuffix(name, ".weir.json") || strings.HasSuffix(name, ".weir.yaml") || strings.HasSuffix(name, ".weir.yml")
}

// failed shows problems, and says that there are some.
func (r Request) failed(list diag.List, sources *diag.Sources, log io.Writer) error {
	first, left := list.First(mostShown)
	_ = diag.Text(log, first.ErrorsLast(), sources, false) // a log that cannot be written to shows nothing either way
	if left > 0 {
		fmt.Fprintf(log, "%d of them are not shown.\n", left)
	}
	if hasCode(list, diag.ModuleNotLocked, diag.ModuleMissing, diag.BadLock) {
		fmt.Fprintln(log, "\nHere nothing is fetched: a pipeline that a step sets can call modules that are beside it in the artifact, and no others.")
	}
	if !list.HasErrors() {
		return nil
	}
	return fmt.Errorf("the pipeline in %s does not compile: %s; the log of this step shows them", r.where(), list.Tally())
}

const mostShown = 100 // problems
