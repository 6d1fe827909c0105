package compiler

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// running is what expressions for the run may name inside of a job.
type running struct {
	gets   artifacts // get steps, wherever they stand; each name once
	params map[string]*config.Param
	across []config.Name // of the blocks around
	have   made          // before the step that is compiled
	loads  artifacts     // load steps, wherever they stand
	hidden artifacts     // load steps so far whose values are not to be shown
	steps  artifacts     // named steps, wherever they stand
	tells  bool          // a notify block is compiled: there is an event
}

// buildFields are what build.<field> may name. Read only, sorted.
var buildFields = []string{"created_by", "id", "job", "name", "number", "pipeline", "team", "url"}

// eventFields are what event.<field> may name. Read only, sorted.
var eventFields = []string{"change", "id", "message", "previous", "status"}

// stepFields are what step.<name>.<field> may name. Read only, sorted.
var stepFields = []string{"exit_code", "status"}

// runRoot is a root that only a run knows the values of.
type runRoot struct {
	form  string // how it is written
	least int    // parts that a name has at least
	most  int    // parts that the graph lists; 0: all
}

// runRoots is read only.
var runRoots = map[string]runRoot{
	"version": {"version.<get>.<key>", 2, 3},
	"build":   {"build.<field>", 2, 2},
	"event":   {"event.<field>", 2, 2},
	"secret":  {"secret.<source>.<path>, no part of which an index chooses", 3, 0},
	"load":    {"load.<step>", 2, 2},
	"across":  {"across.<name>", 2, 2},
	"params":  {"params.<name>", 2, 2},
	"step":    {"step.<name>.status or step.<name>.exit_code", 3, 3},
}

func runTime(root string) bool { _, ok := runRoots[root]; return ok }

// checkRunTime checks a name that only a run knows the value of: that there is
// such a thing, that it is there before it is used, and that it may stand here.
func (u *unit) checkRunTime(r config.Ref, p phase) bool {
	root := r.Root()
	switch {
	case root != "secret" && u.run == nil && !u.lax:
		u.errorf(diag.OnlyAtRunTime, r.Range, "Known only in a run", "%s exists only inside of jobs: it is known when a build runs, not before.", root)
	case root == "event" && (u.run == nil || !u.run.tells):
		u.errorf(diag.OnlyAtRunTime, r.Range, "Known only where it is told", "event exists only inside of notify blocks: it is what they tell.")
	case len(r.Path) < runRoots[root].least:
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "%s by itself is no value; write %s.", r, runRoots[root].form)
	case !u.checkRunName(r):
	case p == atCompile:
		u.errorf(diag.OnlyAtRunTime, r.Range, "Known only in a run",
			"%s is known when a build runs, but this must be known when the pipeline is compiled. Values of a run may stand in env and params.", r)
	default:
		return true
	}
	return false
}

// checkRunName looks for what stands behind the root.
func (u *unit) checkRunName(r config.Ref) bool {
	n := r.Path[1]
	switch root := r.Root(); {
	case root == "build":
		return u.oneOf(n, diag.UnknownBuildField, "field of a build", buildFields)
	case root == "event":
		return u.oneOf(n, diag.UnknownName, "field of an event", eventFields)
	case root == "secret":
		return u.checkSecret(r)
	case root == "step" && !u.oneOf(r.Path[2], diag.UnknownName, "field of a step", stepFields):
		return false
	case u.lax:
		return true
	case root == "version":
		_, ok := u.run.gets.find(n.Name)
		return ok || u.oneOf(n, diag.UnknownGet, "get step in this job", u.run.gets.names())
	case root == "params":
		return u.oneOf(n, diag.UnknownParam, "param of this job", sorted(u.run.params))
	case root == "across":
		return u.oneOf(n, diag.UnknownAcross, "across block around this", artifacts(u.run.across).names())
	case root == "load":
		return u.checkEarlier(n, diag.UnknownLoad, "load step", u.run.have.loads, u.run.loads) && u.checkRevealed(n)
	}
	return u.checkEarlier(n, diag.UnknownStep, "step", u.run.have.steps, u.run.steps)
}

func (u *unit) oneOf(n config.Segment, code diag.Code, what string, known []string) bool {
	if slices.Contains(known, n.Name) {
		return true
	}
	u.unknown(code, n.Range, what, n.Name, known)
	return false
}

// checkSecret looks for the source of a secret. Where a value is shown to
// people no secret may stand at all.
func (u *unit) checkSecret(r config.Ref) bool {
	sources := u.c.root.sym.sources
	if !u.oneOf(r.Path[1], diag.UnknownSecretSource, "secret source", sorted(sources)) {
		return false
	}
	if u.shown != "" {
		u.errorf(diag.SensitiveValue, r.Range, "Secret where it would be seen", "%s, so no secret may stand here.", u.shown)
	}
	return u.shown == ""
}

// checkRevealed refuses a loaded value where people would see it, unless its step
// says that they may.
func (u *unit) checkRevealed(n config.Segment) bool {
	load, hidden := u.run.hidden.find(n.Name)
	if u.shown == "" || !hidden {
		return true
	}
	u.list.Append(diag.Diagnostic{Code: diag.SensitiveValue, Range: n.Range, Summary: "Loaded value where it would be seen",
		Detail:  fmt.Sprintf("%s, and what load %q reads may be a secret. If it is none, say so there: reveal = true.", u.shown, n.Name),
		Related: []diag.Related{{Message: "it is read here", Range: load.Range}}})
	return false
}

// checkEarlier looks for a step that runs before this one, where this one can
// see it.
func (u *unit) checkEarlier(n config.Segment, code diag.Code, what string, have, all artifacts) bool {
	switch have.count(n.Name) {
	case 1:
		return true
	case 0:
		u.notEarlier(n, code, what, have, all)
	default:
		u.errorf(diag.Ambiguous, n.Range, "More than one step of this name", "%d steps before this one are named %q; give them names of their own.", have.count(n.Name), n.Name)
	}
	return false
}

func (u *unit) notEarlier(n config.Segment, code diag.Code, what string, have, all artifacts) {
	other, ok := all.find(n.Name)
	if !ok {
		u.unknown(code, n.Range, what+" before this", n.Name, have.names())
		return
	}
	u.list.Append(diag.Diagnostic{Code: code, Range: n.Range, Summary: "No " + what + " of this name runs before",
		Detail:  fmt.Sprintf("The %s %q does not run before this, or not where this can see it: in another branch, for a value of across, or in a hook.", what, n.Name),
		Related: []diag.Related{{Message: "it stands here", Range: other.Range}}})
}

// runScope is what a run will know, as unknown values of the right types: so
// expressions for the run are checked when the pipeline is compiled.
func runScope(r *running) config.Scope {
	versions := make(map[string]cty.Value, len(r.gets))
	for _, get := range r.gets {
		versions[get.Text] = unknownVersion
	}
	params := make(map[string]cty.Value, len(r.params))
	for name, p := range r.params {
		params[name] = cty.UnknownVal(p.Type)
	}
	return config.Scope{
		"version": cty.ObjectVal(versions), "params": cty.ObjectVal(params), "build": unknownBuild,
		"load": cty.DynamicVal, "across": cty.DynamicVal, "step": cty.DynamicVal,
	}
}

// laxScope is runScope where nothing is known of the job around.
func laxScope() config.Scope {
	scope := runScope(&running{})
	scope["version"], scope["params"] = cty.DynamicVal, cty.DynamicVal
	return scope
}

var (
	unknownVersion = cty.UnknownVal(cty.Map(cty.String)).RefineNotNull()
	unknownBuild   = func() cty.Value {
		fields := make(map[string]cty.Value, len(buildFields))
		for _, f := range buildFields {
			fields[f] = cty.UnknownVal(cty.String).RefineNotNull()
		}
		fields["number"] = cty.UnknownVal(cty.Number).RefineNotNull()
		return cty.ObjectVal(fields)
	}()
)
