package compiler

import (
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// The steps that run no container: load, set_pipeline, approval.

// loadFormats is read only.
var loadFormats = []string{"json", "raw", "trim", "yaml"}

func (u *jobUnit) load(s *config.Step, l *config.Load, have made) graph.Load {
	out := graph.Load{Reveal: u.flag(l.Reveal), Format: u.word(l.Format)}
	if l.File == nil {
		u.errorf(diag.MissingField, u.at, "Load without file", "A load step says what it reads: file = \"artifact/path\".")
	}
	u.openly("The path of a file is shown", func() { out.File = u.inArtifact(l.File, have) })
	switch {
	case out.Format != "":
		u.choice(config.Name{Text: out.Format, Range: l.Format.Range()}, loadFormats)
	default:
		out.Format = formatOf(out.File)
	}
	if !out.Reveal {
		u.run.hidden = u.run.hidden.with(s.Name)
	}
	return out
}

// formatOf goes by the name of the file.
func formatOf(file graph.Value) string {
	name := ""
	switch f := file.(type) {
	case graph.String:
		name = string(f)
	case graph.Deferred:
		name = f.Source
	}
	switch path.Ext(name) {
	case ".json":
		return "json"
	case ".yml", ".yaml":
		return "yaml"
	}
	return "trim"
}

// inArtifact is the path of something in an artifact that an earlier step made.
func (u *jobUnit) inArtifact(e config.Expr, have made) graph.Value {
	v := u.artifactPath(e)
	u.needPath(v, e, have)
	return v
}

// needPath notes that a step reads a path, if that is known.
func (u *jobUnit) needPath(v graph.Value, e config.Expr, have made) {
	if text, ok := v.(graph.String); ok {
		name, _, _ := strings.Cut(string(text), "/")
		u.need(config.Name{Text: name, Range: e.Range()}, have.artifacts)
	}
}

// artifactPath is a path that begins with the name of an artifact.
func (u *unit) artifactPath(e config.Expr) graph.Value {
	v := u.later(e, cty.String, "a path, such as \"app/ci\"")
	text, ok := v.(graph.String)
	if !ok {
		return v
	}
	clean := path.Clean(string(text))
	if path.IsAbs(clean) || clean == "." || clean == ".." || strings.HasPrefix(clean, "../") {
		u.errorf(diag.BadPath, e.Range(), "Path outside of the artifacts", "A path here begins with the name of an artifact: \"app/ci/file.yml\".")
		return nil
	}
	return graph.String(clean)
}

func (u *jobUnit) setPipeline(s *config.SetPipeline, have made) graph.SetPipeline {
	var out graph.SetPipeline
	u.openly("The pipeline's plan shows its values", func() {
		out.Dir, out.File = u.inArtifact(s.Dir, have), u.inArtifact(s.File, have)
		out.Vars, out.Instance = u.data(s.Vars), u.data(s.Instance)
	})
	if team, ok := u.text(s.Team); ok && checkName(config.Name{Text: team, Range: s.Team.Range()}, "team", &u.list) {
		out.Team = team
	}
	switch {
	case s.Dir == nil && s.File == nil:
		u.errorf(diag.MissingField, u.at, "set_pipeline without files", "A set_pipeline step says where the pipeline is: dir = \"artifact/path\", or file = … for one file.")
	case s.Dir != nil && s.File != nil:
		u.errorf(diag.Conflict, s.File.Range(), "Both dir and file", "A set_pipeline step takes the files of a directory or one file, not both.")
	}
	return out
}

// approverKinds and roles are read only.
var (
	approverKinds = []string{"role", "user"}
	roles         = []string{"member", "owner", "viewer"}
)

func (u *jobUnit) approval(a *config.Approval) graph.Approval {
	var out graph.Approval
	u.openly("The message is shown to people", func() { out.Message = u.later(a.Message, cty.String, "a string") })
	approvers, _ := u.located(a.Approvers)
	for _, n := range approvers {
		kind, name, ok := strings.Cut(n.Text, ":")
		switch {
		case !ok || name == "":
			u.errorf(diag.BadChoice, n.Range, "Unknown approver", "An approver is \"role:\" and a role of the team, or \"user:\" and a name.")
			continue
		case kind == "role":
			u.choice(config.Name{Text: name, Range: n.Range}, roles)
		default:
			u.choice(config.Name{Text: kind, Range: n.Range}, approverKinds)
		}
		out.Approvers = append(out.Approvers, n.Text)
	}
	slices.Sort(out.Approvers)
	out.Approvers = slices.Compact(out.Approvers)
	return out
}
