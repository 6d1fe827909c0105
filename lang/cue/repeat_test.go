package cue_test

import "testing"

// What CUE has no words of its own for is written as data: for_each, count and
// calls of modules, so that addresses are the same in both notations.
func TestRepeatedTwins(t *testing.T) {
	module := `
variable "name" { type = string }
variable "repo" {}
resource "git" "app" { source = { uri = var.repo } }
job "unit" {
  get "app" { trigger = true }
}
output "unit" { value = job.unit }
output "app" { value = resource.git.app }
`
	hcl := `
pipeline "shop" {}
module "service" {
  source   = "./modules/service"
  for_each = toset(["api", "web"])
  name     = each.key
  repo     = "https://git.example.com/${each.key}.git"
}
resource "mock" "out" { count = 2 }
job "deploy" {
  for_each = { eu = "a", us = "b" }
  get "app" {
    resource = module.service["api"].app
    passed   = [module.service["api"].unit]
  }
  put "out" {
    resource = resource.mock.out[0]
    params   = { region = each.value, ref = "${each.key} ${version.app.ref}" }
  }
}
job "last" {
  get "app" {
    resource = module.service["api"].app
    passed   = [job.deploy["eu"], module.service["api"].unit]
  }
}
moved {
  from = job.test
  to   = job.deploy["eu"]
}
removed { from = resource.git.old }
check "deployed" {
  assert {
    condition     = length(jobs) > 1
    error_message = "Nothing is deployed."
  }
}
`
	twin := `
package shop

name: "shop"
modules: service: {
	source: "./modules/service"
	for_each: ["api", "web"]
	name: "${each.key}"
	repo: "https://git.example.com/${each.key}.git"
}
resources: out: {type: "mock", count: 2}
jobs: {
	deploy: {
		for_each: {eu: "a", us: "b"}
		steps: [
			{get: "app", resource: "module.service[\"api\"].app", passed: ["module.service[\"api\"].unit"]},
			{put: "out", resource: "mock.out[0]", params: {region: "${each.value}", ref: "${each.key} ${version.app.ref}"}},
		]
	}
	last: steps: [{
		get: "app", resource: "module.service[\"api\"].app"
		passed: ["deploy[\"eu\"]", "module.service[\"api\"].unit"]
	}]
}
moved: [{from: "job.test", to: "job.deploy[\"eu\"]"}]
removed: [{from: "resource.git.old"}]
checks: deployed: [{condition: "${length(jobs) > 1}", error_message: "Nothing is deployed."}]
`
	_, a := compile(t, map[string]string{"p.weir.hcl": hcl, "modules/service/m.weir.hcl": module})
	_, b := compile(t, map[string]string{"p.cue": twin, "modules/service/m.weir.hcl": module})
	if a.Digest() != b.Digest() {
		t.Fatalf("%s\nis not\n%s", b.Text(), a.Text())
	}
}
