package planner

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// Random specs are made by reflection, so a field that is added to a spec is in
// every property here at once.

var (
	valueType = reflect.TypeFor[graph.Value]()
	mapType   = reflect.TypeFor[graph.Map]()
	bodyType  = reflect.TypeFor[graph.Body]()
	genWord   = rapid.StringMatching(`[a-z]{1,4}`)
	genText   = rapid.OneOf(genWord, rapid.StringMatching(`([a-c]{0,2}\n){0,5}[a-c]{0,2}`))
)

func genSpec(t *rapid.T) graph.Spec {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return fill[graph.Pipeline](t)
	case 1:
		return fill[graph.ResourceType](t)
	case 2:
		return fill[graph.Resource](t)
	case 3:
		return fill[graph.SecretSource](t)
	case 4:
		return fill[graph.Group](t)
	}
	return fill[graph.Job](t)
}

func fill[S graph.Spec](t *rapid.T) S {
	var s S
	fillValue(t, reflect.ValueOf(&s).Elem(), 3)
	return s
}

func fillValue(t *rapid.T, v reflect.Value, depth int) {
	switch {
	case v.Type() == bodyType:
		v.Set(reflect.ValueOf(genBody(t, depth-1)))
		return
	case v.Type() == mapType:
		v.Set(reflect.ValueOf(genMap(t, 2)))
		return
	case v.Type() == valueType:
		v.Set(reflect.ValueOf(genValue(t, 2)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(genText.Draw(t, "string"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int64:
		v.SetInt(rapid.Int64Range(0, 3).Draw(t, "int"))
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(t, v.Field(i), depth)
		}
	case reflect.Slice:
		fillSlice(t, v, depth)
	case reflect.Map:
		v.Set(reflect.ValueOf(rapid.MapOfN(genWord, genText, 0, 2).Draw(t, "map")))
	default:
		panic("no generator for " + v.Type().String())
	}
}

func fillSlice(t *rapid.T, v reflect.Value, depth int) {
	n := rapid.IntRange(0, 2).Draw(t, "length")
	if depth <= 0 {
		return
	}
	s := reflect.MakeSlice(v.Type(), n, n)
	for i := range n {
		fillValue(t, s.Index(i), depth-1)
	}
	v.Set(s)
}

func genBody(t *rapid.T, depth int) graph.Body {
	bodies := []graph.Body{graph.Get{}, graph.Put{}, graph.Task{}, graph.Load{}, graph.SetPipeline{}, graph.Approval{}, graph.Do{}, graph.Parallel{}, graph.Try{}}
	v := reflect.New(reflect.TypeOf(rapid.SampledFrom(bodies).Draw(t, "body"))).Elem()
	fillValue(t, v, depth)
	return v.Interface().(graph.Body)
}

func genMap(t *rapid.T, depth int) graph.Map {
	m := graph.Map{}
	for range rapid.IntRange(0, 3).Draw(t, "keys") {
		m[genWord.Draw(t, "key")] = genValue(t, depth-1)
	}
	return m
}

func genValue(t *rapid.T, depth int) graph.Value {
	top := 6
	if depth <= 0 {
		top = 4
	}
	switch rapid.IntRange(0, top).Draw(t, "value") {
	case 0:
		return graph.Null{}
	case 1:
		return graph.Bool(rapid.Bool().Draw(t, "bool"))
	case 2:
		return graph.Number(fmt.Sprint(rapid.Int64Range(-3, 3).Draw(t, "number")))
	case 3:
		return graph.String(genText.Draw(t, "text"))
	case 4:
		return graph.Deferred{Source: "${version." + genWord.Draw(t, "get") + ".ref}", Refs: []string{"version.x"}}
	case 5:
		l := graph.List{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			l = append(l, genValue(t, depth-1))
		}
		return l
	default:
		return genMap(t, depth)
	}
}

// build makes a graph of nodes given by address.
func build(t testing.TB, specs map[graph.Address]graph.Spec) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, s := range specs {
		if err := b.Add(a, s, graph.Meta{File: "pipeline.weir.hcl", Line: 1}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const (
	app  graph.Address = "resource.git.app"
	unit graph.Address = "job.unit"
	ship graph.Address = "job.ship"
)

func gitSource(uri string) graph.Resource {
	return graph.Resource{Type: "git", Source: graph.Map{"uri": graph.String(uri)}}
}

func task(name, script string) graph.Step {
	return graph.Step{Name: name, Body: graph.Task{Image: "busybox", Script: script}}
}

func get(trigger bool, passed ...graph.Address) graph.Step {
	return graph.Step{Name: "app", Body: graph.Get{Resource: app, Trigger: trigger, Passed: passed}}
}

// shop is a small pipeline: unit tests app, ship takes what passed.
func shop() map[graph.Address]graph.Spec {
	return map[graph.Address]graph.Spec{
		"pipeline": graph.Pipeline{Name: "shop", Team: "main"},
		app:        gitSource("https://example.com/app.git"),
		unit:       graph.Job{Steps: []graph.Step{get(true), task("test", "make test")}},
		ship:       graph.Job{Steps: []graph.Step{get(true, unit), task("ship", "make ship")}},
	}
}

// with is a pipeline with some nodes set, or with nil taken out.
func with(specs map[graph.Address]graph.Spec, set map[graph.Address]graph.Spec) map[graph.Address]graph.Spec {
	out := map[graph.Address]graph.Spec{}
	for a, s := range specs {
		out[a] = s
	}
	for a, s := range set {
		if s == nil {
			delete(out, a)
			continue
		}
		out[a] = s
	}
	return out
}
