package graph

import (
	"pgregory.net/rapid"
)

// Generators of random specs; every field has a chance to be set.

var genName = rapid.StringMatching(`[a-z][a-z0-9_]{0,6}`)

func genStrings(t *rapid.T, label string) []string {
	return rapid.SliceOfN(genName, 0, 3).Draw(t, label)
}

func genStringMap(t *rapid.T, label string) map[string]string {
	return rapid.MapOfN(genName, rapid.String(), 0, 3).Draw(t, label)
}

func genNumber(t *rapid.T) Number {
	return decimal{
		mantissa: rapid.Int64().Draw(t, "mantissa"),
	}.Number()
}

func genValue(t *rapid.T, depth int) Value {
	top := 6
	if depth <= 0 {
		top = 3
	}
	switch rapid.IntRange(0, top).Draw(t, "value kind") {
	case 0:
		return Null{}
	case 1:
		return Bool(rapid.Bool().Draw(t, "bool"))
	case 2:
		return genNumber(t)
	case 3:
		return String(rapid.String().Draw(t, "string"))
	case 4:
		l := List{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			l = append(l, genValue(t, depth-1))
		}
		return l
	case 5:
		return Deferred{Source: "${version." + genName.Draw(t, "get") + ".ref}", Refs: []string{"version.x"}}
	default:
		return genMap(t, depth-1)
	}
}

func genMap(t *rapid.T, depth int) Map {
	m := Map{}
	for range rapid.IntRange(0, 3).Draw(t, "keys") {
		m[rapid.String().Draw(t, "key")] = genValue(t, depth)
	}
	return m
}

func genInt(t *rapid.T, label string) int64 { return rapid.Int64Range(0, 5).Draw(t, label) }

func genSteps(t *rapid.T, depth int) []Step {
	var out []Step
	for range rapid.IntRange(0, 2).Draw(t, "steps") {
		out = append(out, genStep(t, depth))
	}
	return out
}

func genHooks(t *rapid.T, depth int) Hooks {
	if depth <= 0 {
		return Hooks{}
	}
	return Hooks{genSteps(t, depth-1), genSteps(t, depth-1), genSteps(t, depth-1), genSteps(t, depth-1), genSteps(t, depth-1)}
}

func genStep(t *rapid.T, depth int) Step {
	return Step{
		Name:    genName.Draw(t, "name"),
		When:    genOptional(t, "when"),
		Across:  genAcross(t),
		Timeout: genInt(t, "timeout"),
		Retry:   Retry{genInt(t, "attempts"), genInt(t, "backoff"), genInt(t, "max"), genStrings(t, "on")},
		Tags:    genStrings(t, "tags"),
		Hooks:   genHooks(t, depth-1),
		Body:    genBody(t, depth),
	}
}

// genOptional is a value or none.
func genOptional(t *rapid.T, label string) Value {
	if rapid.Bool().Draw(t, label) {
		return genValue(t, 1)
	}
	return nil
}

func genAcross(t *rapid.T) []Across {
	var out []Across
	for range rapid.IntRange(0, 2).Draw(t, "across") {
		out = append(out, Across{genName.Draw(t, "var"), genOptional(t, "values"), rapid.Int64Range(AllAtOnce, 5).Draw(t, "at once"), rapid.Bool().Draw(t, "fail fast")})
	}
	return out
}

func genServices(t *rapid.T) []Service {
	var out []Service
	for range rapid.IntRange(0, 2).Draw(t, "services") {
		out = append(out, Service{
			"db", "img", genStrings(t, "run"), genMap(t, 1), "user", rapid.Bool().Draw(t, "privileged"),
			Ready{genStrings(t, "command"), genInt(t, "timeout")}, Limits{genInt(t, "cpu"), genInt(t, "mem"), genInt(t, "pids")},
		})
	}
	return out
}

func genParams(t *rapid.T) []Param {
	var out []Param
	for range rapid.IntRange(0, 2).Draw(t, "params") {
		out = append(out, Param{genName.Draw(t, "name"), "list(string)", genOptional(t, "default"), rapid.String().Draw(t, "description")})
	}
	return out
}

func genBody(t *rapid.T, depth int) Body {
	top := 8
	if depth <= 0 {
		top = 5
	}
	b := func(l string) bool { return rapid.Bool().Draw(t, l) }
	switch rapid.IntRange(0, top).Draw(t, "body") {
	case 0:
		return Get{"resource.git.app", genMap(t, 2), b("trigger"), []Address{"job.unit"}, b("every"), genStringMap(t, "version")}
	case 1:
		return Put{"resource.git.app", genMap(t, 2), genMap(t, 1), b("no_get"), genStrings(t, "inputs"), b("all")}
	case 2:
		return Task{
			"img", "", genStrings(t, "run"), rapid.String().Draw(t, "script"), "dir", "user", genMap(t, 2),
			genStrings(t, "in"), genStrings(t, "out"), genStrings(t, "caches"), genStringMap(t, "im"), genStringMap(t, "om"),
			b("privileged"), b("hermetic"), "resource.git.app", genOptional(t, "file"), "linux/arm64", "host", genServices(t), Limits{genInt(t, "cpu"), genInt(t, "mem"), genInt(t, "pids")},
		}
	case 3:
		return Load{genOptional(t, "file"), "json", b("reveal")}
	case 4:
		return SetPipeline{genOptional(t, "dir"), genOptional(t, "file"), genMap(t, 1), "team", genMap(t, 1)}
	case 5:
		return Approval{genOptional(t, "message"), genStrings(t, "approvers")}
	case 6:
		return Do{genSteps(t, depth-1)}
	case 7:
		return Parallel{genSteps(t, depth-1), genInt(t, "limit"), b("fail_fast")}
	default:
		return Try{genSteps(t, depth-1)}
	}
}

func genJob(t *rapid.T) Job {
	return Job{
		rapid.String().Draw(t, "description"), genInt(t, "max"), genInt(t, "priority"), genStrings(t, "groups"),
		rapid.Bool().Draw(t, "dm"), rapid.Bool().Draw(t, "int"), Retention{genInt(t, "b"), genInt(t, "d"), genInt(t, "m")},
		Schedule{"@daily", "Europe/Berlin", "latest"}, Concurrency{"key", genInt(t, "limit"), "queue"}, genParams(t),
		genSteps(t, 3), genHooks(t, 2), genNotify(t),
	}
}

func genNotify(t *rapid.T) []Notification {
	var out []Notification
	for range rapid.IntRange(0, 2).Draw(t, "notify") {
		out = append(out, Notification{genName.Draw(t, "name"), "slack", genStrings(t, "on"), genMap(t, 2)})
	}
	return out
}
