package compiler

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// task compiles a task step with the shared task that it uses merged under it.
func (u *jobUnit) task(s *config.Step, own *config.Task, have made) (graph.Task, made) {
	t, shared, ok := u.merged(own)
	out := u.taskBody(t)
	if shared != nil {
		out.Env = mergeMaps(u.data(shared.Task.Env), out.Env)
	}
	if ok {
		u.command(s.Range, t, shared, out)
	}
	if t.Limits == nil && u.c.defaults.limits != (graph.Limits{}) {
		out.Limits = u.c.defaults.limits
		u.defaulted["limits"] = true
	}
	u.unsure = u.unsure || !ok || t.File != nil // which may have outputs
	if out.ImageArtifact != "" {
		u.need(config.Name{Text: out.ImageArtifact, Range: t.Image.Range()}, have.artifacts)
	}
	u.needPath(out.File, t.File, have)
	inputs, _ := u.located(t.Inputs)
	for _, n := range inputs {
		u.need(mapped(n, out.InputMapping), have.artifacts)
	}
	outputs, ok := u.located(t.Outputs)
	u.unsure = u.unsure || !ok && t.Outputs != nil
	for _, n := range outputs {
		have = have.artifact(mapped(n, out.OutputMapping))
	}
	return out, have
}

func mapped(n config.Name, mapping map[string]string) config.Name {
	n.Text = cmp.Or(mapping[n.Text], n.Text)
	return n
}

// merged is a task with the fields that it leaves out taken from the shared
// task it uses; their environments are merged later, by key.
func (u *unit) merged(own *config.Task) (config.Task, *config.SharedTask, bool) {
	if own.Uses == nil {
		return *own, nil, true
	}
	target, ok := u.target(own.Uses, "task")
	if !ok {
		return *own, nil, false
	}
	home := u.c.modules[graph.Address(target.Module)]
	shared := home.sym.tasks[target.Name]
	if home != u.m {
		shared = &config.SharedTask{Name: shared.Name, Range: shared.Range, Task: home.bind(shared.Task)}
	}
	t, base := *own, &shared.Task
	for _, f := range [][2]*config.Expr{
		{&t.Image, &base.Image}, {&t.Dir, &base.Dir}, {&t.User, &base.User},
		{&t.Inputs, &base.Inputs}, {&t.Outputs, &base.Outputs}, {&t.Caches, &base.Caches},
		{&t.InputMapping, &base.InputMapping}, {&t.OutputMapping, &base.OutputMapping},
		{&t.Privileged, &base.Privileged}, {&t.Hermetic, &base.Hermetic},
		{&t.File, &base.File}, {&t.Platform, &base.Platform}, {&t.Network, &base.Network},
	} {
		if *f[0] == nil {
			*f[0] = *f[1]
		}
	}
	if t.Run == nil && t.Script == nil { // a step's own command takes the place of both
		t.Run, t.Script = base.Run, base.Script
	} else if t.Script == nil && base.Script != nil {
		t.Script = base.Script // arguments to the shared script
	}
	if t.Limits == nil {
		t.Limits = base.Limits
	}
	if len(t.Services) == 0 {
		t.Services = base.Services
	}
	return t, shared, true
}

// taskBody is what a task says, without looking at the job around it.
func (u *unit) taskBody(t config.Task) graph.Task {
	out := graph.Task{
		Run: u.texts(t.Run), Script: u.word(t.Script), User: u.word(t.User), Dir: u.relativeDir(t.Dir),
		Env: u.data(t.Env), Inputs: u.names(t.Inputs, "input"), Outputs: u.names(t.Outputs, "output"), Caches: u.caches(t.Caches),
		Privileged: u.flag(t.Privileged), Hermetic: u.flag(t.Hermetic), Limits: u.limits(t.Limits),
		Platform: u.platform(t.Platform), Services: u.services(t.Services),
	}
	u.network(t, &out)
	u.openly("The path of a file is shown", func() { out.File = u.artifactPath(t.File) })
	out.InputMapping = u.mapping(t.InputMapping, out.Inputs, "input")
	out.OutputMapping = u.mapping(t.OutputMapping, out.Outputs, "output")
	u.image(t.Image, &out)
	return out
}

// command checks that there is an image and something to run.
func (u *unit) command(at diag.Range, t config.Task, shared *config.SharedTask, is graph.Task) {
	if t.File != nil || t.Image != nil && len(is.Run) > 0 {
		return // the file has what is not here; or nothing is missing
	}
	var related []diag.Related
	if shared != nil {
		related = []diag.Related{{Message: "the shared task that it uses", Range: shared.Range}}
	}
	if t.Image == nil {
		u.list.Append(diag.Diagnostic{Code: diag.IncompleteTask, Range: at, Summary: "Task without image",
			Detail: "A task says in which image it runs: image = \"docker.io/library/alpine:3\".", Related: related})
	}
	if t.Run == nil && t.Script == nil {
		u.list.Append(diag.Diagnostic{Code: diag.IncompleteTask, Range: at, Summary: "Task without command",
			Detail: "A task says what it runs: run = [\"make\", \"test\"] or script = \"make test\".", Related: related})
	} else if list, ok := parts(t.Run); ok && len(list) == 0 && t.Script == nil {
		u.errorf(diag.IncompleteTask, t.Run.Range(), "Task without command", "run names a program and its arguments; this list is empty.")
	}
}

func parts(e config.Expr) (config.List, bool) {
	if e == nil {
		return nil, false
	}
	l, ok := e.Parts().(config.List)
	return l, ok
}

// names is a set of names of artifacts, which are names of directories too.
func (u *unit) names(e config.Expr, what string) []string {
	list, _ := u.located(e)
	var out []string
	for _, n := range list {
		if checkName(n, what, &u.list) {
			out = append(out, n.Text)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mapping is a map from a task's own names to names of artifacts.
func (u *unit) mapping(e config.Expr, own []string, what string) map[string]string {
	m := u.pairs(e)
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(own, k) {
			u.unknown(diag.UnknownName, e.Range(), what+" of this task", k, own)
		}
		checkName(config.Name{Text: m[k], Range: e.Range()}, "artifact", &u.list)
	}
	return m
}

func (u *unit) relativeDir(e config.Expr) string {
	dir, ok := u.text(e)
	if !ok {
		return ""
	}
	clean := path.Clean(dir)
	if path.IsAbs(dir) || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsRune(dir, 0) {
		u.errorf(diag.BadPath, e.Range(), "Path leaves the step's directory",
			"dir is relative to the step's directory, where its inputs are, and stays inside of it.")
		return ""
	}
	return dir
}

func (u *unit) caches(e config.Expr) []string {
	list, _ := u.located(e)
	var out []string
	for _, n := range list {
		if !path.IsAbs(n.Text) || path.Clean(n.Text) == "/" {
			u.errorf(diag.BadPath, n.Range, "Cache path not absolute", "A cache is an absolute path in the task's container, such as \"/cache/go-build\".")
			continue
		}
		out = append(out, n.Text)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (u *unit) limits(l *config.Limits) graph.Limits {
	if l == nil {
		return graph.Limits{}
	}
	return graph.Limits{CPU: u.cores(l.CPU), Memory: u.size(l.Memory), Pids: u.whole(l.Pids, 1)}
}

// sharedTasks compiles each shared task by itself, used or not, for its problems.
func (m *module) sharedTasks() {
	for _, t := range m.cfg.Tasks {
		u := m.unit()
		u.lax = true
		u.scope = laxScope()
		maps.Copy(u.scope, m.scope)
		if t.Task.Uses != nil {
			u.errorf(diag.Conflict, t.Task.Uses.Range(), "Shared task uses a shared task", "Only steps use shared tasks. What tasks have in common can be in locals.")
		}
		u.taskBody(t.Task)
		m.report(u.list)
	}
}
