package param

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

func TestValues(t *testing.T) {
	for _, c := range []struct{ typ, text, want, problem string }{
		{"string", "a \"b\" ${c}", `"a \"b\" ${c}"`, ""},
		{"string", "", `""`, ""},
		{"number", "0.25", `0.25`, ""},
		{"number", "1 + 2", `3`, ""},
		{"number", "x", "", `wants a number, and "x" is none`},
		{"bool", "true", `true`, ""},
		{"bool", "7", "", "wants a bool"},
		{"list(string)", `["a", 1]`, `["a","1"]`, ""},
		{"map(number)", `{ a = 1 }`, `{"a":1}`, ""},
		{"map(number)", `{ a = }`, "", "is none"},
		{"object({n=number})", `{ n = 1 }`, `{"n":1}`, ""},
		{"object({n=number})", `{}`, "", "wants a object"},
		{"any", `[1, "a"]`, `[1,"a"]`, ""},
		{"number", strings.Repeat("(", 2000), "", "too many brackets"},
		{"string", strings.Repeat("x", mostBytes+1), "", "at most"},
	} {
		got, err := Values([]graph.Param{{Name: "p", Type: c.typ}}, map[string]string{"p": c.text})
		if c.problem != "" {
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s %.40q: %v, want %q", c.typ, c.text, err, c.problem)
			}
			continue
		}
		if err != nil || string(got["p"]) != c.want {
			t.Errorf("%s %q: %s, %v", c.typ, c.text, got["p"], err)
		}
	}
}

func TestMissingAndUnknown(t *testing.T) {
	params := []graph.Param{{Name: "must", Type: "string"}, {Name: "may", Type: "number", Default: graph.Number("1")}}
	if got, err := Values(params, map[string]string{"must": "x"}); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	_, err := Values(params, map[string]string{"other": "x"})
	for _, want := range []string{`param "must", a string, has no default`, `there is no param "other": there are must, may`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := Values(nil, map[string]string{"x": "1"}); err == nil || !strings.Contains(err.Error(), "the job has none") {
		t.Error(err)
	}
}
