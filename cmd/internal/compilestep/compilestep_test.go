package compilestep

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// run runs the program where an artifact is.
func run(t *testing.T, files map[string]string, r map[string]any) (Answer, string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	if code := Main("1.0.0", bytes.NewReader(in), &out, &log); code != 0 {
		t.Fatalf("exit code %d: %s", code, &log)
	}
	var a Answer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a, log.String()
}

func graphOf(t *testing.T, a Answer) *graph.Graph {
	t.Helper()
	if a.Error != "" {
		t.Fatal(a.Error)
	}
	z, err := gzip.NewReader(bytes.NewReader(a.Graph))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	g, err := graph.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const shop = `pipeline "shop" {}
variable "zone" { type = string }
job "j" {
  task "t" {
    image = "none"
    run   = ["echo", var.zone, pipeline.name]
  }
}
`

// The pipeline has the name and the team that it is set as, and its variables the
// values of vars, then those of the instance.
func TestNameTeamAndValues(t *testing.T) {
	for name, c := range map[string]struct {
		vars, instance map[string]any
		zone           string
	}{
		"of vars":         {map[string]any{"zone": "eu"}, nil, "eu"},
		"of the instance": {nil, map[string]any{"zone": "${us}", "not a variable": 1}, "${us}"}, // text, not a template
		"of both":         {map[string]any{"zone": "eu"}, map[string]any{"zone": "us"}, "eu"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := run(t, map[string]string{"src/ci/p.weir.hcl": shop},
				map[string]any{"dir": "src/ci", "as": "shop", "name": "shop-eu", "team": "web", "vars": c.vars, "instance": c.instance})
			g := graphOf(t, a)
			if p := g.Pipeline(); p.Name != "shop-eu" || p.Team != "web" {
				t.Errorf("pipeline %s of team %s", p.Name, p.Team)
			}
			n, _ := g.Lookup("job.j")
			if got := n.Spec.(graph.Job).Steps[0].Body.(graph.Task).Run; len(got) != 3 || got[1] != c.zone || got[2] != "shop-eu" {
				t.Errorf("run %q", got)
			}
		})
	}
}

// One file is read alone, in both notations.
func TestOneFile(t *testing.T) {
	files := map[string]string{
		"src/a.weir.hcl": `pipeline "a" {}`, "src/b.weir.hcl": `pipeline "b" {}`,
		"src/c.cue": "package c\nname: \"c\"\n", "src/d.cue": "package d\nname: \"d\"\n",
	}
	for file, name := range map[string]string{"a.weir.hcl": "a", "b.weir.hcl": "b", "c.cue": "c", "d.cue": "d"} {
		a, log := run(t, files, map[string]any{"dir": "src", "file": file, "as": name, "name": name, "team": "main"})
		if a.Error != "" {
			t.Errorf("%s: %s\n%s", file, a.Error, log)
		} else if got := graphOf(t, a).Pipeline().Name; got != name {
			t.Errorf("%s is pipeline %s", file, got)
		}
	}
}

// What is wrong is said in a line, and in the log with its place.
func TestWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		text, file, err, log string
	}{
		"syntax":         {`pipeline "shop" {`, "", "does not compile: 1 error", "src/p.weir.hcl:1:"},
		"another name":   {`pipeline "other" {}`, "", `is called "other", and the step sets "shop"`, ""},
		"another team":   {`pipeline "shop" { team = "x" }`, "", "", ""}, // the server refuses it
		"newer":          {"weir { required_version = \">= 2\" }\npipeline \"shop\" {}", "", "does not compile", "Another version of Weir is wanted"},
		"no variable":    {`pipeline "shop" {}`, "", "declares no such variable", ""},
		"from elsewhere": {shop + `module "m" { source = "git::https://git.example.com/m.git" }`, "", "does not compile", "Here nothing is fetched"},
		"no such file":   {shop, "q.weir.hcl", "there is no file src/q.weir.hcl", ""},
		"no pipeline":    {shop, "p.txt", "src/p.txt is no file of a pipeline", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := map[string]any{"dir": "src", "file": c.file, "as": "shop", "name": "shop", "team": "main"}
			if strings.Contains(c.text, "variable") || name == "no variable" {
				r["vars"] = map[string]any{"zone": "eu"}
			}
			a, log := run(t, map[string]string{"src/p.weir.hcl": c.text}, r)
			if !strings.Contains(a.Error, c.err) || (a.Error == "") != (c.err == "") || !strings.Contains(log, c.log) {
				t.Errorf("%q, log\n%s", a.Error, log)
			}
		})
	}
}
