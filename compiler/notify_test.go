package compiler_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
)

// notifyHCL and notifyCUE are one pipeline in both notations.
const notifyHCL = `
pipeline "p" {
  notify "slack" "team" {
    config = { url = secret.main.slack }
  }
}
secret_source "env" "main" {}
resource "git" "app" {
  source = { uri = "https://git.example.com/app.git" }
}
job "a" {
  notify "webhook" "ops" {
    on     = ["fixed", "broken"]
    config = { url = "https://example.com/hook", secret = secret.main.hook, data = { what = event.change, ref = version.app.ref } }
  }
  notify "email" "boss" {
    config = { to = ["boss@example.com"], subject = "${build.job} #${build.number}: ${event.status}" }
  }
  get "app" {}
}
`

const notifyCUE = `package pipeline

import "weir.dev/schema@v0"

schema.#Pipeline & {
	name: "p"
	notify: team: {type: "slack", config: url: "${secret.main.slack}"}
	secret_sources: main: type: "env"
	resources: app: {type: "git", source: uri: "https://git.example.com/app.git"}
	jobs: a: {
		notify: {
			ops: {
				type: "webhook"
				on: ["fixed", "broken"]
				config: {
					url:    "https://example.com/hook"
					secret: "${secret.main.hook}"
					data: {what: "${event.change}", ref: "${version.app.ref}"}
				}
			}
			boss: {
				type: "email"
				config: {to: ["boss@example.com"], subject: "${build.job} #${build.number}: ${event.status}"}
			}
		}
		steps: [{get: "app"}]
	}
}
`

func TestNotifications(t *testing.T) {
	g := good(t, notifyHCL)
	ref := func(source, ref string) graph.Deferred { return graph.Deferred{Source: source, Refs: []string{ref}} }
	n, _ := g.Lookup(graph.PipelineAddress)
	want := []graph.Notification{{Name: "team", Type: "slack", Config: graph.Map{"url": ref("${secret.main.slack}", "secret.main.slack")}}}
	if got := n.Spec.(graph.Pipeline).Notify; !reflect.DeepEqual(got, want) {
		t.Errorf("the pipeline's are %+v", got)
	}
	of := job(t, g).Notify
	if len(of) != 2 || of[0].Name != "boss" || !reflect.DeepEqual(of[1], graph.Notification{
		Name: "ops", Type: "webhook", On: []string{"broken", "fixed"}, Config: graph.Map{
			"url": graph.String("https://example.com/hook"), "secret": ref("${secret.main.hook}", "secret.main.hook"),
			"data": graph.Map{"what": ref("${event.change}", "event.change"), "ref": ref("${version.app.ref}", "version.app.ref")},
		},
	}) {
		t.Errorf("the job's are %+v", of)
	}
}

// Whom a job tells changes no result: only that definition is another one.
func TestNotificationsAreNoPartOfResults(t *testing.T) {
	with, _ := good(t, notifyHCL).Lookup("job.a")
	without, _ := good(t, head+"job \"a\" {\n get \"app\" {}\n}").Lookup("job.a")
	if with.SpecDigest == without.SpecDigest {
		t.Error("a job with notifications has the digest of one without")
	}
	same, _ := good(t, `
pipeline "p" {}
resource "git" "app" {
  source = { uri = "https://git.example.com/app.git" }
}
job "a" {
  get "app" {}
}`).Lookup("job.a")
	if with.ExecDigest != same.ExecDigest {
		t.Error("the results of a job with notifications count as others")
	}
}

func TestNotificationsInBothNotations(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pipeline.cue"), []byte(notifyCUE), 0o644); err != nil {
		t.Fatal(err)
	}
	if hcl, cue := good(t, notifyHCL).Digest(), load(t, dir, config.Inputs{}).Digest(); hcl != cue {
		t.Errorf("HCL gives %s, CUE %s", hcl, cue)
	}
}
