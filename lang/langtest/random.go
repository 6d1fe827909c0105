package langtest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// Random draws a pipeline in HCL that compiles: every kind of step and block,
// references of all kinds, deferred expressions, hooks, and texts with all that
// has a meaning in one of the notations.
func Random() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		g := &random{t: t}
		g.head()
		for j := range rapid.IntRange(1, 4).Draw(t, "jobs") {
			g.job(j)
		}
		return g.String()
	})
}

type random struct {
	strings.Builder
	t     *rapid.T
	names int // of steps of the current job, so that each has its own
}

func (g *random) printf(format string, args ...any) { fmt.Fprintf(g, format, args...) }

func (g *random) maybe(text string) {
	if rapid.Bool().Draw(g.t, text) {
		g.printf("%s\n", text)
	}
}

// text is a string in quotes.
func (g *random) text() string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{
		"a", "ä€𝄞", " ", "$-", "%-", "$${x}", "%%{if}", `\n`, `\t`, `\"`, `\\`, `\\(x)`, "#", "'", ".{", "}", "//", `\u0007`, "/", "-",
	}), 0, 6).Draw(g.t, "text")
	return `"` + strings.Join(parts, "") + `x"`
}

// data is any value that may hold expressions of a run.
func (g *random) data(depth int) string {
	switch rapid.IntRange(0, 8-min(depth, 2)).Draw(g.t, "data") {
	case 0:
		return g.text()
	case 1:
		return rapid.SampledFrom([]string{"0", "-7", "3.25", "1e3", "123456789012345678", "true", "false", "null"}).Draw(g.t, "constant")
	case 2:
		return rapid.SampledFrom([]string{"var.text", "var.number", "local.list", "local.object.key", "pipeline.name", "build.number", "build.url", "secret.main.a.b", "params.percent"}).Draw(g.t, "name")
	case 3:
		return `"${build.id}-${upper(var.text)} $${no} ${local.object["odd key"][0]}"`
	case 4:
		return `var.number > 2 ? "${build.name}!" : [for x in local.list : "${x}-${build.number}"][0]`
	case 5:
		return "<<-TEXT\n  first ${build.id}\n    second $${HOME} \"quoted\" \\n\n\n  TEXT\n"
	case 6:
		return "[]"
	case 7:
		return "[" + g.data(depth+1) + ",\n" + g.data(depth+1) + "]"
	}
	return "{\n a = " + g.data(depth+1) + "\n \"odd key\" = " + g.data(depth+1) + "\n}"
}

func (g *random) head() {
	g.printf("pipeline \"random\" {\n description = %s\n", g.text())
	g.maybe("team = \"payments\"")
	g.maybe("labels = { tier = \"1\", \"a.b\" = \"c\" }")
	g.maybe("defaults {\n timeout = \"1h\"\n retry {\n attempts = 2\n on = [\"lost\"]\n}\n}")
	g.printf(`}
variable "text" {
  type    = string
  default = %s
}
variable "number" { default = 3 }
locals {
  list   = ["a", var.text]
  object = { key = var.number, "odd key" = [1, { x = "y" }] }
}
resource "git" "app" { source = { uri = "https://git.example.com/a.git", branch = var.text } }
resource "mock" "app" {
  source = { any = 1 }
  check { every = "never" }
}
resource "mock" "out" {
  tags = ["b", "a"]
}
resource_type "slack" {
  image    = "docker.io/library/slack:1"
  defaults = { silent = true }
}
resource "slack" "team" {
  webhook { token = secret.main.hook }
}
secret_source "file" "main" {
  config = { path = "/secrets", deep = [1, { a = var.text }] }
}
group "all" { jobs = [job.job_0] }
output "app" { value = resource.git.app }
moved {
  from = job.old
  to   = job.job_0
}
task "shared" {
  image  = "docker.io/library/golang:${var.number}"
  run    = ["go", "test"]
  env    = { A = "1", B = version.app.ref }
  caches = ["/cache"]
}
`, g.text())
}

func (g *random) job(n int) {
	g.names = 0
	g.printf("job \"job_%d\" {\n", n)
	g.maybe("max_in_flight = var.number")
	g.maybe("priority = -7")
	g.maybe("serial_groups = [\"x\", var.text == \"\" ? \"y\" : \"z\"]")
	g.maybe("schedule {\n cron = \"30 3 * * *\"\n timezone = \"Europe/Berlin\"\n}")
	g.maybe("concurrency {\n key = \"staging-${var.number}\"\n on_new = \"queue\"\n}")
	g.printf("param \"percent\" {\n type = number\n default = 10\n}\n")
	g.maybe("retention {\n builds = 3\n}")
	g.maybe("notify \"webhook\" \"ops\" {\n on = [\"failed\", \"fixed\"]\n config = { url = \"https://example.com/${build.number}\", secret = secret.main.hook }\n}")
	passed := ""
	if n > 0 {
		passed = fmt.Sprintf("\n passed = [job.job_%d]", n-1)
	}
	g.printf("get \"app\" {\n resource = resource.git.app\n trigger = true%s\n}\n", passed)
	for range rapid.IntRange(0, 4).Draw(g.t, "steps") {
		g.step(0)
	}
	g.hooks(0)
	g.printf("}\n")
}

func (g *random) name() string {
	g.names++
	return fmt.Sprintf("s%d", g.names)
}

func (g *random) hooks(depth int) {
	for _, hook := range []string{"on_success", "on_failure", "on_error", "on_abort", "ensure"} {
		if depth < 2 && rapid.IntRange(0, 7).Draw(g.t, hook) == 0 {
			g.printf("%s {\n", hook)
			g.step(depth + 1)
			g.printf("}\n")
		}
	}
}

func (g *random) step(depth int) {
	kind := rapid.SampledFrom([]string{"get", "put", "task", "task", "task", "do", "try", "parallel", "load", "approval", "set_pipeline"}).Draw(g.t, "kind")
	if depth > 2 {
		kind = "task"
	}
	label := ""
	if name := g.name(); kind == "get" || kind == "put" || kind == "task" || kind == "load" || kind == "approval" || kind == "set_pipeline" || rapid.Bool().Draw(g.t, "named") {
		label = fmt.Sprintf("%q ", name)
	}
	g.printf("%s %s{\n", kind, label)
	switch kind {
	case "get":
		g.printf("resource = resource.mock.app\n")
		g.maybe(rapid.SampledFrom([]string{`version = "every"`, "version = { ref = var.text }"}).Draw(g.t, "version"))
	case "put":
		g.printf("resource = resource.mock.out\n no_get = true\n params = { x = %s }\n", g.data(0))
		g.maybe("inputs = [\"app\"]")
	case "task":
		g.task()
	case "load":
		g.printf("file = \"app/x.json\"\n format = \"json\"\n")
	case "approval":
		g.printf("message = \"Ship ${version.app.ref}?\"\n approvers = [\"role:owner\"]\n")
	case "set_pipeline":
		g.printf("dir = \"app\"\n vars = { x = var.text, y = build.id }\n")
	default:
		for range rapid.IntRange(1, 2).Draw(g.t, "inner") {
			g.step(depth + 1)
		}
	}
	g.maybe("timeout = \"90s\"")
	g.maybe("when = build.number > 1 && params.percent < 50")
	if rapid.Bool().Draw(g.t, "across") {
		g.names++
		n := g.names
		g.printf("across \"v%d\" {\n values = [\"a\", var.text]\n max_in_flight = 2\n}\nacross \"w%d\" {\n values = [1, 2]\n}\n", n, n)
	}
	g.maybe("retry {\n attempts = 1 + 1\n backoff = \"1s\"\n}")
	g.hooks(depth + 1)
	g.printf("}\n")
}

func (g *random) task() {
	if rapid.Bool().Draw(g.t, "shared") {
		g.printf("uses = task.shared\n")
	} else {
		g.printf("image = %s\nscript = %s\n", rapid.SampledFrom([]string{`"docker.io/library/busybox"`, "artifact.app"}).Draw(g.t, "image"), g.text())
	}
	g.printf("inputs = [\"app\"]\nenv = { V = %s }\n", g.data(0))
	g.maybe("service \"db\" {\n image = \"docker.io/library/postgres:17\"\n env = { A = secret.main.db }\n ready {\n command = [\"pg_isready\"]\n}\n}")
	g.maybe("limits {\n cpu = 0.5\n memory = \"1GiB\"\n}")
	g.maybe("input_mapping = {}")
	g.maybe("dir = \"app\"")
	g.maybe("privileged = true")
}
