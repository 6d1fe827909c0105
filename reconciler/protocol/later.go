package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Later is what of a task names secrets, or values that were loaded and are not to
// be shown. It stays deferred, closed over all else that it names, until the task
// is on its way to a worker: what is stored has their names and never the values.
type Later struct {
	Secrets state.Secrets
	Loads   map[string]Load // by the name of the step; nil: none
	Env     graph.Map       // of the variables that name secrets; nil: none
	Beside  graph.Map       // likewise, by the name of the service; nil: none
	Request graph.Map       // source, params and version, where a resource's request names some; nil: none
}

// Load says where a loaded value is: it is the result of a run.
type Load struct {
	Run    string
	Hidden bool // it is not to be shown
}

// Bytes is what a task carries; none where nothing is left for later.
func (l Later) Bytes() ([]byte, error) {
	if l.Env == nil && l.Request == nil && l.Beside == nil {
		return nil, nil
	}
	m := l.Secrets.Map()
	if l.Loads != nil {
		loads := graph.Map{}
		for name, x := range l.Loads {
			loads[name] = graph.Map{"run": graph.String(x.Run), "hidden": graph.Bool(x.Hidden)}
		}
		m["loads"] = loads
	}
	if l.Env != nil {
		m["env"] = l.Env
	}
	if l.Request != nil {
		m["request"] = l.Request
	}
	if l.Beside != nil {
		m["beside"] = l.Beside
	}
	return graph.EncodeMap(m)
}

// ParseLater reads what Bytes gave.
func ParseLater(b []byte) (Later, error) {
	m, err := graph.DecodeMap(b)
	if err != nil {
		return Later{}, fmt.Errorf("what names secrets in a task: %w", err)
	}
	l := Later{Secrets: state.SecretsFrom(m), Loads: loadsFrom(m)}
	l.Env, _ = m["env"].(graph.Map)
	l.Request, _ = m["request"].(graph.Map)
	l.Beside, _ = m["beside"].(graph.Map)
	return l, nil
}

func loadsFrom(m graph.Map) map[string]Load {
	loads, ok := m["loads"].(graph.Map)
	if !ok {
		return nil
	}
	out := map[string]Load{}
	for name, v := range loads {
		x, _ := v.(graph.Map)
		run, _ := x["run"].(graph.String)
		hidden, _ := x["hidden"].(graph.Bool)
		out[name] = Load{string(run), bool(hidden)}
	}
	return out
}

// Fill evaluates what was left, with the secrets and the loaded values as the roots
// that they are named by: variables as KEY=value, and the bytes of the request; nil
// for none.
func (l Later) Fill(eval Eval, secrets, loads graph.Map) (env []string, stdin []byte, err error) {
	r := Resolver{Eval: eval, Roots: map[string]graph.Value{"secret": secrets, "load": loads}}
	resolved, err := r.Map(l.Env)
	if err == nil {
		env, err = EnvLines(resolved)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("env: %w", err)
	}
	if l.Request == nil {
		return env, nil, nil
	}
	request, err := r.Map(l.Request)
	if err != nil {
		return nil, nil, err
	}
	stdin, err = requestFrom(request).Bytes()
	return env, stdin, err
}

// FillBeside is Fill for the variables of services, by their names.
func (l Later) FillBeside(eval Eval, secrets, loads graph.Map) (map[string][]string, error) {
	r := Resolver{Eval: eval, Roots: map[string]graph.Value{"secret": secrets, "load": loads}}
	out := map[string][]string{}
	for name, v := range l.Beside {
		env, _ := v.(graph.Map)
		resolved, err := r.Map(env)
		if err == nil {
			out[name], err = EnvLines(resolved)
		}
		if err != nil {
			return nil, fmt.Errorf("service %q: env: %w", name, err)
		}
	}
	return out, nil
}

// Deferred is the request as a value, for Later.
func (r Request) Deferred() graph.Map {
	m := graph.Map{"source": nonNil(r.Source)}
	if r.Params != nil {
		m["params"] = r.Params
	}
	if r.Version != nil {
		version := graph.Map{}
		for k, v := range r.Version {
			version[k] = graph.String(v)
		}
		m["version"] = version
	}
	return m
}

func requestFrom(m graph.Map) Request {
	var r Request
	r.Source, _ = m["source"].(graph.Map)
	r.Params, _ = m["params"].(graph.Map)
	if version, ok := m["version"].(graph.Map); ok {
		r.Version = map[string]string{}
		for k, v := range version {
			text, _ := v.(graph.String)
			r.Version[k] = string(text)
		}
	}
	return r
}

// EnvLines are KEY=value, sorted. What is no string is its JSON; null is left out.
func EnvLines(env graph.Map) ([]string, error) {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(env)) {
		text, present, err := EnvText(env[k])
		if err == nil && strings.ContainsRune(text, 0) {
			err = errors.New("no variable can hold a zero byte")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		if present {
			out = append(out, k+"="+text)
		}
	}
	return out, nil
}

// EnvText is a value as a variable has it; null is none.
func EnvText(v graph.Value) (text string, present bool, err error) {
	switch v := v.(type) {
	case graph.Null, nil:
		return "", false, nil
	case graph.String:
		return string(v), true, nil
	case graph.Number:
		return string(v), true, nil
	}
	b, err := json.Marshal(graph.ValueJSON(v))
	return string(b), true, err
}

// Source is what a resource's program is told of it: the type's defaults, and over
// them the resource's own. Typ is nil for a built-in type.
func Source(r graph.Resource, typ *graph.ResourceType) graph.Map {
	if typ == nil || len(typ.Defaults) == 0 {
		return r.Source
	}
	out := maps.Clone(typ.Defaults)
	maps.Copy(out, r.Source)
	return out
}
