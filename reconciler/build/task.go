package build

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// The working tree of every step.
const (
	tree   = "/tmp/build"
	getDir = tree + "/get"
	putDir = tree + "/put"
)

// newRun makes the run of a path, or says why it can not be made.
func (d *decider) newRun(s graph.Step, at string, attempt int) (StartRun, error) {
	w := d.workOf(s, at)
	if w.err != nil {
		return StartRun{}, w.err
	}
	m := maker{d: d, w: w, at: at, runID: RunID(d.Build.ID, at, attempt), resolve: d.resolver(at)}
	m.resolve.Later, m.resolve.Steps = true, func(v graph.Deferred) graph.Map { return d.namedSteps(v, at) }
	m.resolve.Hidden = func(v graph.Deferred) bool { return d.hides(v, at) }
	t, err := m.make()
	if err != nil {
		return StartRun{}, err
	}
	worker, err := m.worker()
	if err != nil {
		return StartRun{}, err
	}
	t.TimeoutMs = s.Timeout
	t.Labels = d.labels(s, at)
	return StartRun{m.runID, at, attempt, string(w.kind), t, worker, s.Tags, w.hidden(), w.task.Platform}, nil
}

func (d *decider) labels(s graph.Step, at string) map[string]string {
	b := d.Build
	return map[string]string{"team": b.Team, "pipeline": b.Pipeline, "job": b.Job, "build": b.ID,
		"number": strconv.FormatInt(b.Number, 10), "step": s.Name, "path": at}
}

// roots are the run-time values that deferred expressions at a path may name.
func (d *decider) roots(at string) map[string]graph.Value {
	b, versions := d.Build, graph.Map{}
	for name, v := range d.Inputs {
		versions[name] = stringMap(v)
	}
	return map[string]graph.Value{"version": versions, "params": params(d.Job.Params, b.Params), "across": nonNil(d.bindingAt(at).values), "build": graph.Map{
		"id": graph.String(b.ID), "number": graph.Number(strconv.FormatInt(b.Number, 10)),
		"name": graph.String(strconv.FormatInt(b.Number, 10)), "job": graph.String(b.Job), "pipeline": graph.String(b.Pipeline),
		"team": graph.String(b.Team), "url": graph.String(b.URL), "created_by": graph.String(b.CreatedBy),
	}}
}

// params are the values of a job's params: those that were given, and defaults.
func params(of []graph.Param, given graph.Map) graph.Map {
	out := graph.Map{}
	for _, p := range of {
		if v, ok := given[p.Name]; ok {
			out[p.Name] = v
		} else if p.Default != nil {
			out[p.Name] = p.Default
		}
	}
	return out
}

// artifactsAt are the names of all artifacts that a path sees, sorted.
func (d *decider) artifactsAt(path string) []string {
	var out []string
	for key := range d.Artifacts {
		name, _, _ := strings.Cut(key, "@")
		if _, ok := visible(d, d.Artifacts, name, path); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func nonNil(m graph.Map) graph.Map {
	if m == nil {
		return graph.Map{}
	}
	return m
}

func stringMap(m map[string]string) graph.Map {
	out := graph.Map{}
	for k, v := range m {
		out[k] = graph.String(v)
	}
	return out
}

// maker makes the task of one run.
type maker struct {
	d       *decider
	w       work
	at      string
	runID   string
	resolve protocol.Resolver
	used    []Artifact
	names   []string // of used
}

func (m *maker) make() (*weirv1.Task, error) {
	switch m.w.kind {
	case graph.StepTask:
		return m.task()
	case graph.StepGet:
		return m.get()
	case graph.StepLoad:
		if m.w.file != nil {
			return m.define()
		}
		return m.load()
	case graph.StepSetPipeline:
		return m.compile()
	}
	return m.put()
}

func (m *maker) get() (*weirv1.Task, error) {
	version, err := m.w.version(m.d)
	if err != nil {
		return nil, err
	}
	t, err := m.resource([]string{"/opt/resource/in", getDir}, version)
	if err != nil {
		return nil, err
	}
	t.Mounts = []*weirv1.Mount{{Volume: volume(m.runID, m.w.name), Path: getDir, Kind: "output"}}
	return t, nil
}

func (m *maker) put() (*weirv1.Task, error) {
	t, err := m.resource([]string{"/opt/resource/out", putDir}, nil)
	if err != nil {
		return nil, err
	}
	names := m.w.put.Inputs
	if m.w.put.AllInputs {
		names = m.d.artifactsAt(m.at)
	}
	for _, name := range names {
		if err := m.mount(t, name, path.Join(putDir, name)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// resource is what get and put share.
func (m *maker) resource(argv []string, version map[string]string) (*weirv1.Task, error) {
	res, ok := m.d.Resources[m.w.resource]
	if !ok {
		return nil, fmt.Errorf("%s is not there", m.w.resource)
	}
	var typ *graph.ResourceType
	if t, ok := m.d.Types[res.TypeRef]; ok {
		typ = &t
	}
	t, err := protocol.Task(res, typ, argv)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.w.resource, err)
	}
	if err := m.d.images().Complete(t, typ); err != nil {
		return nil, fmt.Errorf("the image of %s: %w", res.TypeRef, err)
	}
	req := protocol.Request{Version: version}
	if req.Source, err = m.resolve.Map(protocol.Source(res, typ)); err != nil {
		return nil, fmt.Errorf("%s: source: %w", m.w.resource, err)
	}
	if req.Params, err = m.resolve.Map(m.w.params); err != nil {
		return nil, fmt.Errorf("params: %w", err)
	}
	t.Env, t.Dir = m.d.metadata(), tree
	if asked := req.Deferred(); protocol.Waits(asked) {
		t.Later, err = m.later(asked, protocol.Later{Request: asked})
		return t, err
	}
	t.Stdin, err = req.Bytes()
	return t, err
}

// later says with what was left in v how its secrets and loaded values are read.
func (m *maker) later(v graph.Value, l protocol.Later) ([]byte, error) {
	loads, err := m.loads(v)
	if err != nil {
		return nil, err
	}
	l.Secrets, l.Loads = state.SecretsOf(m.d.Build.Team, m.d.Sources, v), loads
	return l.Bytes()
}

// metadata is what get and put find in their environment, as in Concourse.
func (d *decider) metadata() []string {
	b := d.Build
	return []string{
		"ATC_EXTERNAL_URL=" + b.ExternalURL, "BUILD_CREATED_BY=" + b.CreatedBy, "BUILD_ID=" + b.ID, "BUILD_JOB_NAME=" + b.Job,
		"BUILD_NAME=" + strconv.FormatInt(b.Number, 10), "BUILD_PIPELINE_NAME=" + b.Pipeline, "BUILD_TEAM_NAME=" + b.Team,
	}
}

// mount gives an artifact to the task, copy on write.
func (m *maker) mount(t *weirv1.Task, artifact, at string) error {
	a, err := m.use(artifact)
	if err != nil {
		return err
	}
	t.Mounts = append(t.Mounts, &weirv1.Mount{Volume: a.Volume, Path: at, Kind: "input"})
	return nil
}

func (m *maker) use(name string) (Artifact, error) {
	a, ok := visible(m.d, m.d.Artifacts, name, m.at)
	if !ok {
		return a, fmt.Errorf("no step before it made artifact %q", name)
	}
	if a.Worker == "" {
		return a, gone{fmt.Sprintf("artifact %q is gone with the worker that had it", name)}
	}
	m.used, m.names = append(m.used, a), append(m.names, name)
	return a, nil
}

// worker is the one that has everything the task uses.
func (m *maker) worker() (string, error) {
	for i, a := range m.used {
		if a.Worker != m.used[0].Worker {
			return "", fmt.Errorf("artifacts %q and %q are on different workers, and moving them is not possible yet: give their steps the same tags", m.names[0], m.names[i])
		}
	}
	if len(m.used) == 0 {
		return "", nil
	}
	return m.used[0].Worker, nil
}
