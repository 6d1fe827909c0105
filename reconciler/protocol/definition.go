package protocol

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Definition is a task that is defined in a file of an artifact, as the worker says it.
type Definition struct {
	Image    string            `json:"image"`
	Run      []string          `json:"run"`
	Script   string            `json:"script"`
	Dir      string            `json:"dir"`
	User     string            `json:"user"`
	Env      map[string]string `json:"env"`
	Inputs   []DefinedMount    `json:"inputs"`
	Outputs  []DefinedMount    `json:"outputs"`
	Caches   []string          `json:"caches"`
	Hermetic bool              `json:"hermetic"`
	CPU      int64             `json:"cpu_millis"`
	Memory   int64             `json:"memory_bytes"`
	Pids     int64             `json:"pids"`
}

// DefinedMount is an input or output.
type DefinedMount struct {
	Name     string `json:"name"`
	Path     string `json:"path"` // from the step's directory on; "": its name
	Optional bool   `json:"optional"`
}

// mostMounts bounds the inputs, outputs and caches of one task.
const mostMounts = 100

// artifactName is what an artifact may be called. Read only.
var artifactName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)

// ParseDefinition reads what the worker answers: a task, or what is wrong with the
// file. The file is anybody's, so nothing that it says is taken for granted.
func ParseDefinition(result []byte) (Definition, error) {
	var a struct {
		Task  *Definition `json:"task"`
		Error string      `json:"error"`
	}
	if err := strict(result, &a); err != nil {
		return Definition{}, fmt.Errorf("the worker answered %s: want a task: %w", excerpt(result), err)
	}
	if a.Error != "" || a.Task == nil {
		return Definition{}, errors.New(orElse(a.Error, "the worker's answer holds no task"))
	}
	return *a.Task, a.Task.check()
}

func (d Definition) check() error {
	if len(d.Inputs)+len(d.Outputs)+len(d.Caches) > mostMounts {
		return fmt.Errorf("the file's task has more than %d inputs, outputs and caches", mostMounts)
	}
	for _, m := range append(append([]DefinedMount(nil), d.Inputs...), d.Outputs...) {
		if !artifactName.MatchString(m.Name) {
			return fmt.Errorf("the file's task has an input or output %q, which is no name of an artifact", m.Name)
		}
		if m.Path != "" && !inside(m.Path) {
			return fmt.Errorf("the file's task has %q at %q, which is outside of the step's directory", m.Name, m.Path)
		}
	}
	for _, c := range d.Caches {
		if clean := path.Clean(c); clean == "/" || !path.IsAbs(clean) && !inside(c) {
			return fmt.Errorf("the file's task has a cache at %q, which is no directory of its own", c)
		}
	}
	switch {
	case d.Dir != "" && d.Dir != "." && !inside(d.Dir):
		return fmt.Errorf("the file's task runs in %q, which is outside of the step's directory", d.Dir)
	case strings.HasPrefix(d.Image, "oci:"):
		return errors.New("the file's task has an image in a directory of its worker: only the pipeline may name one")
	case d.CPU < 0 || d.Memory < 0 || d.Pids < 0:
		return errors.New("the file's task has limits below zero")
	}
	for k, v := range d.Env {
		if k == "" || strings.ContainsAny(k, "=\x00") || strings.ContainsRune(v, 0) {
			return fmt.Errorf("the file's task has a variable %q that cannot be set", k)
		}
	}
	return nil
}

// inside says that a path is relative and leads below where it starts.
func inside(p string) bool {
	clean := path.Clean(p)
	return !path.IsAbs(clean) && clean != "." && clean != ".." && !strings.HasPrefix(clean, "../") && !strings.ContainsRune(p, 0)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
