package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
)

// Jobs that get the same share what they may name, so each must still see its
// own: get steps, params, each, and the values of its module.
func TestJobsSeeTheirOwn(t *testing.T) {
	job := func(name, more, text string) string {
		return fmt.Sprintf("job %q {\n%s\nget \"app\" {}\nput \"out\" { params = { text = %s } }\n}\n", name, more, text)
	}
	const blocks = "resource \"git\" \"app\" { source = { uri = \"u\" } }\nresource \"mock\" \"out\" {}\n"
	dir := t.TempDir()
	write(t, dir, "pipeline.weir.hcl", "pipeline \"p\" {}\nlocals { who = \"root\" }\nmodule \"m\" { source = \"./m\" }\n"+blocks+
		job("first", "", `"${local.who} ${version.app.ref}"`)+job("second", "", `"${local.who}: ${version.app.ref}"`)+
		job("each", `for_each = toset(["x", "y"])`, `"${each.key} ${version.app.ref}"`)+
		job("param", "param \"p\" {\n type = string\n default = \"d\"\n}", `"${params.p} ${version.app.ref}"`))
	write(t, dir, "m/module.weir.hcl", "locals { who = \"module\" }\n"+blocks+job("first", "", `"${local.who} ${version.app.ref}"`))
	g := load(t, dir, config.Inputs{})
	for address, want := range map[graph.Address]string{
		"job.first": "root", "job.second": "root", `job.each["x"]`: "x", `job.each["y"]`: "y", "job.param": "params", "module.m.job.first": "module",
	} {
		n, ok := g.Lookup(address)
		if !ok {
			t.Fatalf("there is no %s", address)
		}
		put := n.Spec.(graph.Job).Steps[1].Body.(graph.Put)
		text := put.Params["text"].(graph.Deferred)
		if !strings.Contains(fmt.Sprint(text), want) || strings.Contains(fmt.Sprint(text.Refs), "params") != (address == "job.param") {
			t.Errorf("%s says %v, not of %s", address, text, want)
		}
	}
}

// More jobs than scopes are kept for, each unlike all others.
func TestJobsUnlikeOneAnother(t *testing.T) {
	const many = 300
	var text strings.Builder
	text.WriteString(head)
	for i := range many {
		fmt.Fprintf(&text, "job \"j%d\" {\nget \"g%d\" { resource = resource.git.app }\nput \"out\" { params = { text = version.g%d.ref } }\n}\n", i, i, i)
	}
	g := good(t, text.String())
	for i := range many {
		n, _ := g.Lookup(graph.Address(fmt.Sprintf("job.j%d", i)))
		d := n.Spec.(graph.Job).Steps[1].Body.(graph.Put).Params["text"].(graph.Deferred)
		if want := fmt.Sprintf("version.g%d.ref", i); len(d.Refs) != 1 || d.Refs[0] != want {
			t.Errorf("job %d refers to %v, not to %s", i, d.Refs, want)
		}
	}
}
