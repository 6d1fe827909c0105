package compiler_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
)

// TestGraphs: each archive is a pipeline without a problem and, as its last
// file, the text of its graph.
func TestGraphs(t *testing.T) {
	files, err := filepath.Glob("testdata/graphs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(f)
			if err != nil {
				t.Fatal(err)
			}
			dir, want := t.TempDir(), -1
			for i, in := range a.Files {
				if in.Name == "want" {
					want = i
					continue
				}
				write(t, dir, in.Name, string(in.Data))
			}
			g := load(t, dir, config.Inputs{})
			back, err := graph.Decode(g.Encode())
			if err != nil || back.Text() != g.Text() {
				t.Errorf("decoding gives another graph: %v", err)
			}
			golden(t, f, a, want, []byte(g.Text()))
		})
	}
}

// node is the one job.a of a pipeline, with its digests.
func jobNode(t *testing.T, inside string) graph.Node {
	t.Helper()
	n, ok := good(t, head+"secret_source \"env\" \"s\" {}\njob \"a\" {\n  get \"app\" {}\n"+inside+"\n}\n").Lookup("job.a")
	if !ok {
		t.Fatal("no job.a")
	}
	return n
}

// What can change a result moves the exec digest; what says only when, how often
// or how many moves the definition's.
func TestDigestsOfTheLanguage(t *testing.T) {
	task := func(in string) string {
		return "task \"t\" {\n    image = \"x\"\n    run = [\"true\"]\n" + in + "\n  }"
	}
	across := func(in string) string { return task("across \"go\" {\n values = [\"1\"]\n" + in + "\n}") }
	approval := func(in string) string { return "approval \"ok\" {\n" + in + "\n}" }
	load := func(in string) string { return "load \"l\" {\n file = \"app/x.json\"\n" + in + "\n}" }
	for name, tt := range map[string]struct {
		from, to string
		exec     bool
	}{
		"schedule":         {task(""), task("") + "\nschedule {\n cron = \"@daily\"\n}", false},
		"concurrency":      {task(""), task("") + "\nconcurrency {\n key = \"k\"\n}", false},
		"param":            {task(""), task("") + "\nparam \"p\" {\n default = 1\n}", true},
		"when":             {task(""), task("when = build.number > 1"), true},
		"across":           {task(""), across(""), true},
		"across at once":   {across(""), across("max_in_flight = 2"), false},
		"across fail fast": {across(""), across("fail_fast = true"), false},
		"platform":         {task(""), task("platform = \"linux/arm64\""), true},
		"network":          {task(""), task("network = \"none\""), true},
		"service":          {task(""), task("service \"db\" {\n image = \"postgres\"\n}"), true},
		"secret":           {task("env = { A = secret.s.a }"), task("env = { A = secret.s.b }"), true},
		"message":          {approval(""), approval("message = \"ok?\""), true},
		"approvers":        {approval(""), approval("approvers = [\"role:owner\"]"), false},
		"load format":      {load(""), load("format = \"raw\""), true},
		"load reveal":      {load(""), load("reveal = true"), false},
	} {
		from, to := jobNode(t, tt.from), jobNode(t, tt.to)
		if from.SpecDigest == to.SpecDigest {
			t.Errorf("%s: the definition's digest stays", name)
		}
		if got := from.ExecDigest != to.ExecDigest; got != tt.exec {
			t.Errorf("%s: exec digest moves: %v, want %v", name, got, tt.exec)
		}
	}
}

// What says the same in other words has the same digest.
func TestOneFormOfTheLanguage(t *testing.T) {
	task := func(in string) string {
		return "task \"t\" {\n    image = \"x\"\n    run = [\"true\"]\n" + in + "\n  }"
	}
	for name, same := range map[string][2]string{
		"when true":         {task(""), task("when = 1 < 2")},
		"no network":        {task("hermetic = true"), task("network = \"none\"")},
		"default network":   {task(""), task("network = \"outbound\"")},
		"UTC":               {"schedule {\n cron = \"0 1 * * *\"\n}", "schedule {\n cron = \" 0  1 * * * \"\n timezone = \"UTC\"\n catch_up = \"latest\"\n}"},
		"queue":             {"concurrency {\n key = \"k\"\n}", "concurrency {\n key = \"k\"\n on_new = \"queue\"\n}"},
		"format by name":    {"load \"l\" {\n file = \"app/x.yml\"\n}", "load \"l\" {\n file = \"./app/x.yml\"\n format = \"yaml\"\n}"},
		"order of services": {task("service \"a\" {\n image = \"x\"\n}\nservice \"b\" {\n image = \"y\"\n}"), task("service \"b\" {\n image = \"y\"\n}\nservice \"a\" {\n image = \"x\"\n}")},
		"order of params":   {"param \"a\" {}\nparam \"b\" {}", "param \"b\" {\n type = any\n}\nparam \"a\" {}"},
	} {
		if a, b := jobNode(t, same[0]), jobNode(t, same[1]); a.SpecDigest != b.SpecDigest {
			t.Errorf("%s: %+v\n%+v", name, a.Spec, b.Spec)
		}
	}
}

// The node says which settings came from the pipeline's defaults; the digests do
// not care where they came from.
func TestDefaultsAreTold(t *testing.T) {
	text := func(defaults, inside, hook string) string {
		return "pipeline \"p\" {\n" + defaults + "\n}\nresource \"mock\" \"team\" {}\njob \"a\" {\n task \"t\" {\n image = \"x\"\n run = [\"true\"]\n" + inside + "\n}\n" + hook + "\n}\n"
	}
	settings := "timeout = \"1h\"\n tags = [\"big\"]\n limits {\n pids = 5\n}\n"
	hook := "on_failure {\n put \"team\" {\n timeout = \"2h\"\n tags = []\n}\n}"
	def, _ := good(t, text("defaults {\n"+settings+hook+"\n}", "", "")).Lookup("job.a")
	own, _ := good(t, text("", settings, hook)).Lookup("job.a")
	if want := []string{"limits", "on_failure", "tags", "timeout"}; !slices.Equal(def.Meta.Defaults, want) || own.Meta.Defaults != nil {
		t.Errorf("%v, want %v; of own settings: %v", def.Meta.Defaults, want, own.Meta.Defaults)
	}
	if def.SpecDigest != own.SpecDigest || def.ExecDigest != own.ExecDigest {
		t.Errorf("%+v\n%+v", def.Spec, own.Spec)
	}
	if kept, _ := good(t, text("defaults {\n"+hook+"\n}", "", "on_failure {\n task \"x\" {\n image = \"x\"\n run = [\"true\"]\n}\n}")).Lookup("job.a"); !reflect.DeepEqual(kept.Meta.Defaults, []string(nil)) {
		t.Errorf("a job with a hook of its own has %v from the defaults", kept.Meta.Defaults)
	}
}
