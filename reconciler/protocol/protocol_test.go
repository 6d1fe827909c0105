package protocol

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

func TestParseVersions(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []map[string]string
		err  string
	}{
		{`[{"ref":"a"},{"ref":"b"}]`, []map[string]string{{"ref": "a"}, {"ref": "b"}}, ""},
		{"", nil, ""},
		{"null\n", nil, ""},
		{"[]", []map[string]string{}, ""},
		{"oops, no JSON\nat all", nil, "check answered oops, no JSON at all: want a list of versions"},
		{`[{"ref":1}]`, nil, "each an object of strings"},
		{`[{}]`, nil, "version 1 is empty"},
		{`[] []`, nil, "something follows"},
		{strings.Repeat("x", 500), nil, "x…: want"},
	} {
		got, err := ParseVersions([]byte(c.in))
		if c.err == "" && (err != nil || !reflect.DeepEqual(got, c.want)) {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: error %v, want one with %q", c.in, err, c.err)
		}
	}
}

func TestParseAnswer(t *testing.T) {
	got, err := ParseAnswer("in", []byte(`{"version":{"ref":"a"},"metadata":[{"name":"author","value":"x","type":"link"}]}`))
	if want := (Answer{map[string]string{"ref": "a"}, []Metadatum{{"author", "x"}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for in, want := range map[string]string{"": "out answered nothing", "{}": "there is no version", "[1]": "want {"} {
		if _, err := ParseAnswer("out", []byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", in, err, want)
		}
	}
}

func TestParseLoaded(t *testing.T) {
	for in, want := range map[string]graph.Value{
		`{"value":{"a":[1,-0.50,1e3,12345678901234567890],"b":null}}`: graph.Map{"a": graph.List{graph.Number("1"), graph.Number("-0.5"), graph.Number("1000"), graph.Number("12345678901234567890")}, "b": graph.Null{}},
		`{"value":-0.0}`:        graph.Number("0"),
		`{"value":"x"}`:         graph.String("x"),
		`{"value":25e-4}`:       graph.Number("0.0025"),
		`{"value":100.0}`:       graph.Number("100"),
		`{"value":null}`:        graph.Null{},
		`{"value":true}` + "\n": graph.Bool(true),
	} {
		if got, err := ParseLoaded([]byte(in)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		`{"value":null,"error":"a/b: there is no such file"}`: "a/b: there is no such file",
		`hunter22`: "holds no value", `{}`: "holds no value", ``: "holds no value",
		`{"value":1e999999999}`:                       "too large",
		`{"value":1e-900000}`:                         "too large",
		`{"value":` + strings.Repeat("9", 2000) + `}`: "too large",
		`{"value":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`: "nested more than 100 deep",
	} {
		_, err := ParseLoaded([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%.40s: error %v, want one with %q", in, err, want)
		}
	}
}

func TestRequestBytes(t *testing.T) {
	b, err := Request{Source: graph.Map{"uri": graph.String("x"), "depth": graph.Number("3")}, Version: map[string]string{"ref": "a"}}.Bytes()
	if want := `{"source":{"depth":3,"uri":"x"},"version":{"ref":"a"}}`; err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
	b, _ = Request{Params: graph.Map{}}.Bytes()
	if want := `{"params":{},"source":{}}`; string(b) != want {
		t.Errorf("%s", b)
	}
}

func TestTaskImage(t *testing.T) {
	own := &graph.ResourceType{Image: "docker.io/x/slack", Privileged: true}
	if got, err := Task(graph.Resource{Type: "git"}, nil, nil); err != nil || got.ImageBuiltin != "git" || !got.ResultOnStdout {
		t.Errorf("built in: %v, %v", got, err)
	}
	if got, err := Task(graph.Resource{TypeRef: "resource_type.slack"}, own, nil); err != nil || got.ImageRef != own.Image || !got.Privileged {
		t.Errorf("own type: %v, %v", got, err)
	}
	if _, err := Task(graph.Resource{TypeRef: "resource_type.slack"}, nil, nil); err == nil {
		t.Error("a missing type gave a task")
	}
}

func TestResolveGoesDeepAndNamesWhatFailed(t *testing.T) {
	eval := func(d graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
		if v, ok := roots[d.Source]; ok {
			return v, nil
		}
		return nil, errors.New("no such thing")
	}
	r := Resolver{Eval: eval, Roots: map[string]graph.Value{"n": graph.Number("7")}}
	got, err := r.Map(graph.Map{"a": graph.List{graph.Map{"b": graph.Deferred{Source: "n"}}}})
	if want := (graph.Map{"a": graph.List{graph.Map{"b": graph.Number("7")}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := r.Map(graph.Map{"a": graph.List{graph.Deferred{Source: "m"}}}); err == nil || err.Error() != "a: [0]: no such thing" {
		t.Errorf("%v", err)
	}
	if _, err := (Resolver{}).Value(graph.Deferred{Source: "m"}); err == nil {
		t.Error("evaluated without an evaluator")
	}
}
