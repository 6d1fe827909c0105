package assist

import (
	"slices"
	"strings"
	"testing"
)

// cursorMark stands in the texts of these tests where the cursor is.
const cursorMark = "¦"

// given is a directory with one file, and others beside it, and the cursor in it.
func given(t *testing.T, text string, others ...string) (d *Dir, path string, offset int) {
	t.Helper()
	offset = strings.Index(text, cursorMark)
	if offset < 0 {
		t.Fatalf("no %s in %q", cursorMark, text)
	}
	path = "/p/a.weir.hcl"
	files := []*File{Parse(path, []byte(strings.Replace(text, cursorMark, "", 1)))}
	for i, other := range others {
		files = append(files, Parse("/p/"+string(rune('b'+i))+".weir.hcl", []byte(other)))
	}
	return NewDir("/p", files, nil), path, offset
}

// shop is what stands beside the text with the cursor.
const shop = `pipeline "shop" {}

variable "branch" {
  type        = string
  default     = "main"
  description = "the branch to build"
}

variable "count_of_it" { type = number }

locals {
  go    = "docker.io/library/golang:1.26"
  tools = { lint = "v2", fmt = { on = true } }
}

resource_type "slack" {
  image = "docker.io/cfcommunity/slack:1"
}

resource "git" "app" {
  source = { uri = "https://git.example.com/app.git" }
}

resource "slack" "team" {}

task "go" {
  image = local.go
}

job "unit" {
  get "app" { trigger = true }
  put "team" {}
}
`

func labels(items []Item) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Label)
	}
	return out
}

func TestComplete(t *testing.T) {
	for name, c := range map[string]struct {
		text      string
		want, not []string // proposals that must be there, or must not
		only      bool     // there are no others
	}{
		"an empty file":                  {text: `¦`, want: []string{"job", "resource", "pipeline", "locals"}, not: []string{"get", "var"}},
		"a block of a file":              {text: `re¦`, want: []string{"resource", "resource_type"}},
		"after another block":            {text: "locals {}\n¦", want: []string{"job"}},
		"arguments and steps of a job":   {text: "job \"x\" {\n  ¦\n}", want: []string{"max_in_flight", "get", "task", "parallel", "on_failure"}, not: []string{"resource", "pipeline", "image"}},
		"while the braces are missing":   {text: "job \"x\" {\n  parallel {\n    task \"y\" {\n      ¦", want: []string{"image", "limits", "uses"}, not: []string{"max_in_flight"}},
		"not what is there already":      {text: "job \"x\" {\n  task \"y\" {\n    image = \"a\"\n    ¦\n    run = [\"x\"]\n  }\n}", want: []string{"script"}, not: []string{"image", "run"}},
		"what is being written again":    {text: "job \"x\" {\n  task \"y\" {\n    ima¦ge = \"a\"\n  }\n}", want: []string{"image"}},
		"a block on one line":            {text: `job "x" { get "app" { tr¦ } }`, want: []string{"trigger", "passed"}, not: []string{"image"}},
		"the block check in a resource":  {text: "resource \"git\" \"a\" {\n  check {\n ¦ }\n}", want: []string{"every", "timeout"}},
		"hooks hold steps":               {text: "job \"x\" {\n ensure {\n ¦ }\n}", want: []string{"put", "task"}, not: []string{"max_in_flight"}},
		"the content of a dynamic block": {text: "job \"x\" {\n dynamic \"task\" {\n content {\n ¦ } } }", want: []string{"image", "run"}, not: []string{"for_each"}},
		"what a dynamic block repeats":   {text: "job \"x\" {\n dynamic \"¦\" {", want: []string{"task", "get"}},
		"retry":                          {text: "job \"x\" {\n task \"y\" {\n retry { ¦ } } }", want: []string{"attempts", "backoff"}},
		"no blocks where a word goes on": {text: `job.¦`, only: true},
		"nothing in a comment":           {text: "# jo¦", only: true},
		"nothing in a heredoc":           {text: "job \"x\" {\n task \"y\" {\n script = <<-SH\n  va¦", only: true},

		"resources as the label of a get":   {text: `job "x" { get "¦" {} }`, want: []string{"app", "team"}, only: true},
		"without a quote":                   {text: "job \"x\" {\n  put ¦", want: []string{"app", "team"}, only: true},
		"a label that is begun":             {text: "job \"x\" {\n  get \"te¦", want: []string{"app", "team"}, only: true},
		"the types of resources":            {text: `resource "¦" "x" {}`, want: []string{"git", "time", "slack"}},
		"nothing for the name of something": {text: `resource "git" "¦" {}`, only: true},
		"nothing for the name of a task":    {text: `job "x" { task "¦" {} }`, only: true},

		"variables":                       {text: `locals { x = var.¦ }`, want: []string{"branch", "count_of_it"}, only: true},
		"a variable that is begun":        {text: "locals {\n x = var.bra¦\n}", want: []string{"branch"}},
		"locals":                          {text: "locals {\n x = local.¦\n}", want: []string{"go", "tools", "x"}, only: true},
		"keys of a local object":          {text: "locals {\n x = local.tools.¦\n}", want: []string{"lint", "fmt"}, only: true},
		"keys further in":                 {text: "locals {\n x = local.tools.fmt.¦\n}", want: []string{"on"}, only: true},
		"types of resources by reference": {text: "locals {\n x = resource.¦\n}", want: []string{"git", "slack"}, only: true},
		"resources of a type":             {text: "locals {\n x = resource.git.¦\n}", want: []string{"app"}, only: true},
		"jobs":                            {text: "group \"g\" {\n jobs = [job.¦]\n}", want: []string{"unit"}, only: true},
		"shared tasks":                    {text: "job \"x\" {\n task \"y\" {\n uses = task.¦\n}}", want: []string{"go"}, only: true},
		"fields of a build":               {text: "job \"x\" {\n task \"y\" {\n env = { N = build.¦ }\n}}", want: []string{"number", "url"}, not: []string{"app"}},
		"gets of this job":                {text: "job \"x\" {\n get \"app\" {}\n put \"team\" {}\n task \"y\" {\n env = { N = version.¦ }\n}}", want: []string{"app"}, only: true},
		"loads of this job":               {text: "job \"x\" {\n load \"tag\" {}\n get \"app\" {}\n task \"y\" {\n env = { N = load.¦ }\n}}", want: []string{"tag"}, only: true},
		"in a template":                   {text: "locals {\n x = \"a ${var.¦}\"\n}", want: []string{"branch", "count_of_it"}, only: true},
		"in a template without an end":    {text: "locals {\n x = \"a ${var.¦\n}\njob \"y\" {}", want: []string{"branch", "count_of_it"}, only: true},
		"in a heredoc's template":         {text: "job \"x\" {\n task \"y\" {\n script = <<-SH\n  echo ${var.¦}\nSH\n}}", want: []string{"branch", "count_of_it"}, only: true},
		"what a step of another name was": {text: "job \"x\" {\n load \"tag\" {}\n task \"y\" {\n env = { N = step.tag.¦ }\n}}", want: []string{"status", "exit_code"}, only: true},

		"references to resources":     {text: "job \"x\" {\n get \"y\" {\n resource = ¦\n}}", want: []string{"resource.git.app", "resource.slack.team", "var", "lower"}},
		"references to jobs":          {text: "job \"x\" {\n get \"y\" {\n passed = [¦]\n}}", want: []string{"job.unit"}},
		"references to tasks":         {text: "job \"x\" {\n task \"y\" {\n uses = ¦\n}}", want: []string{"task.go"}},
		"words":                       {text: "job \"x\" {\n get \"y\" {\n version = ¦\n}}", want: []string{`"latest"`, `"every"`}},
		"words in a string":           {text: "job \"x\" {\n get \"y\" {\n version = \"¦\"\n}}", want: []string{"latest", "every"}, only: true},
		"words in a list":             {text: "job \"x\" {\n task \"y\" {\n retry { on = [\"¦\"] }\n}}", want: []string{"failed", "lost"}},
		"true and false":              {text: "job \"x\" {\n get \"y\" {\n trigger = ¦\n}}", want: []string{"true", "false"}},
		"types of variables":          {text: "variable \"x\" {\n type = ¦\n}", want: []string{"string", "list(string)"}},
		"artifacts as inputs":         {text: "job \"x\" {\n get \"app\" {}\n task \"a\" {\n outputs = [\"out\"]\n }\n task \"y\" {\n inputs = [\"¦\"]\n}}", want: []string{"app", "out"}, not: []string{"team"}},
		"artifacts as an image":       {text: "job \"x\" {\n get \"app\" {}\n task \"y\" {\n image = ¦\n}}", want: []string{"artifact.app", "local"}},
		"functions":                   {text: "locals {\n x = low¦\n}", want: []string{"lower", "local", "var"}},
		"inside of a call":            {text: "locals {\n x = join(\",\", ¦)\n}", want: []string{"var", "keys"}},
		"nothing for an object's key": {text: "job \"x\" {\n task \"y\" {\n env = { ¦ }\n}}", only: true},
		"the value behind a key":      {text: "job \"x\" {\n task \"y\" {\n env = { A = ¦ }\n}}", want: []string{"var", "build"}},
		"nothing in a plain string":   {text: "variable \"x\" {\n description = \"va¦\"\n}", only: true},
		"after text that is broken":   {text: "job \"x\" {\n task \"y\" {\n run = [\"a\", \n image = \"\n uses = task.¦\n}}", want: []string{"go"}, only: true},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := given(t, c.text, shop)
			got := labels(d.Complete(path, offset))
			for _, w := range c.want {
				if !slices.Contains(got, w) {
					t.Errorf("%q is not proposed", w)
				}
			}
			for _, n := range c.not {
				if slices.Contains(got, n) {
					t.Errorf("%q is proposed", n)
				}
			}
			if c.only && len(got) != len(c.want) {
				t.Errorf("proposed: %q", got)
			}
		})
	}
}
