package assist

import (
	"slices"
	"strings"
	"testing"
)

// apply makes the edits in a text.
func apply(path, text string, edits []Edit) string {
	mine := slices.DeleteFunc(slices.Clone(edits), func(e Edit) bool { return e.Path != path })
	slices.SortFunc(mine, func(a, b Edit) int { return b.Start - a.Start })
	for _, e := range mine {
		text = text[:e.Start] + e.Text + text[e.End:]
	}
	return text
}

func TestRename(t *testing.T) {
	for name, c := range map[string]struct{ text, to, want, wantShop string }{
		"a local everywhere": {
			text: "locals {\n  x = \"${local.g¦o}\"\n}\n", to: "golang",
			want:     "locals {\n  x = \"${local.golang}\"\n}\n",
			wantShop: strings.NewReplacer("  go    =", "  golang    =", "local.go", "local.golang").Replace(shop),
		},
		"a variable in quotes": {
			text: "locals {\n  x = var[\"bran¦ch\"]\n}\n", to: "ref",
			want:     "locals {\n  x = var[\"ref\"]\n}\n",
			wantShop: strings.Replace(shop, `variable "branch"`, `variable "ref"`, 1),
		},
		"a resource, whose steps keep their names": {
			text: "job \"x\" {\n  get \"app\" {\n    trigger = true\n  }\n  get \"app\" {}\n  put \"app\" {\n    resource = resource.git.a¦pp\n  }\n}\n", to: "code",
			want:     "job \"x\" {\n  get \"app\" {\n    resource = resource.git.code\n    trigger = true\n  }\n  get \"app\" { resource = resource.git.code }\n  put \"app\" {\n    resource = resource.git.code\n  }\n}\n",
			wantShop: strings.NewReplacer(`"git" "app"`, `"git" "code"`, `get "app" { trigger = true }`, "get \"app\" {\n    resource = resource.git.code\n    trigger = true\n  }").Replace(shop),
		},
		"a resource type": {
			text: "resource \"slack\" \"ops\" {}\nlocals {\n  x = resource.sla¦ck.ops\n}\n", to: "chat",
			want:     "resource \"chat\" \"ops\" {}\nlocals {\n  x = resource.chat.ops\n}\n",
			wantShop: strings.NewReplacer(`resource_type "slack"`, `resource_type "chat"`, `resource "slack"`, `resource "chat"`).Replace(shop),
		},
		"a job at its definition": {
			text: "job \"x¦\" {\n}\ngroup \"g\" {\n  jobs = [job.x, job.unit]\n}\n", to: "y-2",
			want: "job \"y-2\" {\n}\ngroup \"g\" {\n  jobs = [job.y-2, job.unit]\n}\n", wantShop: shop,
		},
		"a param of one job only": {
			text: "job \"x\" {\n  param \"¦p\" {}\n  task \"t\" { dir = params.p }\n}\njob \"y\" {\n  param \"p\" {}\n  task \"t\" { dir = params.p }\n}\n", to: "q",
			want: "job \"x\" {\n  param \"q\" {}\n  task \"t\" { dir = params.q }\n}\njob \"y\" {\n  param \"p\" {}\n  task \"t\" { dir = params.p }\n}\n", wantShop: shop,
		},
		"to what it is called": {text: "locals {\n  x¦ = 1\n}\n", to: "x", want: "locals {\n  x = 1\n}\n", wantShop: shop},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := given(t, c.text, shop)
			edits, err := d.Rename(path, offset, c.to)
			if err != nil {
				t.Fatal(err)
			}
			if got := apply(path, strings.Replace(c.text, cursorMark, "", 1), edits); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := apply("/p/b.weir.hcl", shop, edits); got != c.wantShop {
				t.Errorf("beside it\n%s", got)
			}
		})
	}
}

func TestRenameRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, to, want string }{
		"no name":               {"locals {\n  x = ¦1\n}", "y", "no name"},
		"a bad name":            {"locals {\n  x¦ = 1\n}", "1st", `"1st" is no name`},
		"a long name":           {"locals {\n  x¦ = 1\n}", strings.Repeat("x", 101), "is no name"},
		"a name that is taken":  {"locals {\n  x¦ = 1\n}", "go", "local.go exists already: /p/b.weir.hcl:12"},
		"what nobody defines":   {"locals {\n  x = var.no¦ne\n}", "y", "nothing here defines var.none"},
		"a built-in type":       {"resource \"g¦it\" \"x\" {}", "y", "nothing here defines resource_type.git"},
		"a step":                {"job \"x\" {\n  task \"t¦\" {}\n}", "y", "only you can change it"},
		"a step and resource":   {"job \"x\" {\n  get \"ap¦p\" {}\n}", "y", "only you can change it"},
		"with broken text":      {"locals {\n  x¦ = 1\n  y = [\n}", "y2", "/p/a.weir.hcl has syntax errors"},
		"one that steps mean":   {"resource \"git\" \"mine\" {}\nlocals {\n  x = resource.git.m¦ine\n}", "team", `the step "team" at /p/b.weir.hcl:32 would then name resource.git.team as well`},
		"a module's output":     {"module \"m\" { source = \"./x\" }\nlocals {\n  x = module.m.o¦ut\n}", "y", "belongs to a module"},
		"an argument of a call": {"module \"m\" {\n  source = \"./x\"\n  re¦po = 1\n}", "y", "belongs to a module"},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := given(t, c.text, shop)
			if _, err := d.Rename(path, offset, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The inputs of a module are named by files that nobody here knows.
func TestRenameInAModule(t *testing.T) {
	d, path, offset := given(t, "variable \"repo\" {}\nlocals {\n  x = var.re¦po\n}")
	if _, err := d.Renameable(path, offset); err == nil || !strings.Contains(err.Error(), "other directories") {
		t.Errorf("got %v", err)
	}
}

func TestRenameable(t *testing.T) {
	d, path, offset := given(t, "locals {\n  x = local.g¦o\n}", shop)
	if w, err := d.Renameable(path, offset); err != nil || w.Text != "go" || w.Start != 21 || w.End != 23 {
		t.Errorf("%+v, %v", w, err)
	}
}
