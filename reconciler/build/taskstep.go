package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
)

// task makes the task of a task step.
func (m *maker) task() (*weirv1.Task, error) {
	spec := m.w.task
	t := &weirv1.Task{
		ImageRef: spec.Image, Argv: argv(spec), Dir: path.Join(tree, spec.Dir), User: spec.User, Privileged: spec.Privileged,
		Hermetic: spec.Hermetic, CpuMillis: spec.Limits.CPU, MemoryBytes: spec.Limits.Memory, Pids: spec.Limits.Pids,
	}
	if err := m.image(t, spec); err != nil {
		return nil, err
	}
	if err := m.surroundings(t, spec); err != nil {
		return nil, err
	}
	for _, in := range spec.Inputs {
		artifact := mapped(spec.InputMapping, in)
		if _, there := visible(m.d, m.d.Artifacts, artifact, m.at); !there && m.w.places.optional[in] {
			continue
		}
		if err := m.mount(t, artifact, at(m.w.places.inputs, in)); err != nil {
			return nil, err
		}
	}
	for _, out := range spec.Outputs {
		t.Mounts = append(t.Mounts, &weirv1.Mount{Volume: volume(m.runID, out), Path: at(m.w.places.outputs, out), Kind: "output"})
	}
	for _, c := range spec.Caches {
		t.Mounts = append(t.Mounts, &weirv1.Mount{Volume: m.cache(c), Path: under(tree, c), Kind: "cache"})
	}
	return t, nil
}

// argv is the program. A script is the shell's; Run are its arguments then.
func argv(t graph.Task) []string {
	if t.Script == "" {
		return t.Run
	}
	return append([]string{"/bin/sh", "-eu", "-c", t.Script, "sh"}, t.Run...)
}

func (m *maker) image(t *weirv1.Task, spec graph.Task) error {
	if spec.ImageResource != "" {
		t.ImageRef = ""
		return m.d.images().Give(t, spec.ImageResource)
	}
	if spec.ImageArtifact == "" {
		return nil
	}
	a, err := m.use(spec.ImageArtifact)
	t.ImageRef, t.ImageVolume = "", a.Volume
	return err
}

// surroundings are the environment of a task, and of the services beside it.
func (m *maker) surroundings(t *weirv1.Task, spec graph.Task) error {
	var l protocol.Later
	var err error
	if t.Env, l.Env, err = m.env(spec.Env); err != nil {
		return fmt.Errorf("env: %w", err)
	}
	t.Network = spec.Network
	for _, s := range spec.Services {
		env, later, err := m.env(s.Env)
		if err != nil {
			return fmt.Errorf("service %q: env: %w", s.Name, err)
		}
		if later != nil && l.Beside == nil {
			l.Beside = graph.Map{}
		}
		if later != nil {
			l.Beside[s.Name] = later
		}
		t.Services = append(t.Services, &weirv1.Service{
			Name: s.Name, ImageRef: s.Image, Argv: s.Run, Env: env, User: s.User, Privileged: s.Privileged,
			CpuMillis: s.Limits.CPU, MemoryBytes: s.Limits.Memory, Pids: s.Limits.Pids,
			Ready: s.Ready.Command, ReadyTimeoutMs: s.Ready.Timeout,
		})
	}
	if l.Env == nil && l.Beside == nil {
		return nil
	}
	t.Later, err = m.later(graph.List{l.Env, l.Beside}, l)
	return err
}

// env is what is known now, as lines, and what names secrets or hidden values, for later.
func (m *maker) env(env graph.Map) (lines []string, later graph.Map, err error) {
	resolved, err := m.resolve.Map(env)
	if err != nil {
		return nil, nil, err
	}
	for k, v := range resolved {
		if !protocol.Waits(v) {
			continue
		}
		if later == nil {
			later = graph.Map{}
		}
		later[k] = v
		delete(resolved, k)
	}
	lines, err = protocol.EnvLines(resolved)
	return lines, later, err
}

// cache is the handle of what a job's step keeps under a path on a worker. Values
// of across, which may run at once, have caches of their own.
func (m *maker) cache(p string) string {
	h := sha256.New()
	for _, s := range []string{m.d.Build.JobID, m.w.name + inBrackets(m.d.bindingAt(m.at).label), p} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return "cache-" + hex.EncodeToString(h.Sum(nil))[:32]
}

// under is a path, taken from dir on if it is relative.
func under(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}
