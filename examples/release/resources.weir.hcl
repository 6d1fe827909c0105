secret_source "vault" "release" {
  config = { address = "https://vault.example.com", path_prefix = "/weir/tidewater/release" }
}

# ---- types

resource_type "s3" {
  image = "registry.example.com/mirror/s3-resource:1.4@sha256:52efad203516d10c2381a84f1c977f026ff62b3c3dd6a8fabc7f886db5ceb237"
  defaults = {
    region_name       = "eu-central-1"
    bucket            = "tidewater-release"
    access_key_id     = secret.release.s3.id
    secret_access_key = secret.release.s3.key
  }
}

resource_type "image" {
  image = "registry.example.com/mirror/registry-image-resource:1.12@sha256:214e3319a285f8dd8e8ee01ebd1667ad461c5c9b951883b9eab2905b17f5043d"
  defaults = {
    username = secret.release.registry.username
    password = secret.release.registry.password
  }
}

resource_type "semver" {
  image = "registry.example.com/mirror/semver-resource:1.9@sha256:0e6653062caf2398e76bec1a99e7951399bfeb2399e302048c8ec4c27bc11966"
}

resource_type "slack" {
  image = "registry.example.com/mirror/slack-notification-resource:1.8@sha256:1b7885b800bff837830d039a7d994b614c11c82b0175cea117caabe0befe570b"
}

resource_type "github_release" {
  image = "registry.example.com/mirror/github-release-resource:1.12@sha256:a640d458d4bab2483c80ea0f5e9503d58cf1b83a52c672e71b1dac821d08be5a"
}

resource_type "lab" { # leases clusters, and gives them back when a lease ends
  image = "registry.example.com/tidewater/lab-resource:3.0@sha256:75ce025ce6c217906faf51d9ca608088e0103accacd2ececfc151bfeb61adfef"
  defaults = {
    endpoint = "https://lab.example.com"
    token    = secret.release.lab.token
  }
}

# ---- what a release is made of

resource "git" "server" {
  source = {
    uri         = "${local.forge}/server.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["server"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "storage" {
  source = {
    uri         = "${local.forge}/storage.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["storage"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "agent" {
  source = {
    uri         = "${local.forge}/agent.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["agent"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "console" {
  source = {
    uri         = "${local.forge}/console.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["console"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "cli" {
  source = {
    uri         = "${local.forge}/cli.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["cli"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "operator" {
  source = {
    uri         = "${local.forge}/operator.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["operator"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "sdk-go" {
  source = {
    uri         = "${local.forge}/sdk-go.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["sdk-go"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "sdk-java" {
  source = {
    uri         = "${local.forge}/sdk-java.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["sdk-java"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "sdk-python" {
  source = {
    uri         = "${local.forge}/sdk-python.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["sdk-python"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "sdk-node" {
  source = {
    uri         = "${local.forge}/sdk-node.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["sdk-node"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "docs" {
  source = {
    uri         = "${local.forge}/docs.git"
    branch      = var.branch
    private_key = secret.release.deploy_keys["docs"]
  }
  check {
    every = "10m" # the webhook is faster
  }
  webhook {
    token = secret.release.hook_token
  }
  icon = "git"
}

resource "git" "release" {
  source = {
    uri         = "${local.forge}/release.git" # the scripts, the notes and the matrix of the system tests
    branch      = var.branch
    private_key = secret.release.deploy_keys.release
  }
}

resource "semver" "version" {
  source = {
    driver      = "git"
    uri         = "${local.forge}/release.git"
    branch      = "version"
    file        = "version"
    private_key = secret.release.deploy_keys.release
  }
}

# ---- what comes out of it

resource "s3" "server" {
  source = { regexp = "server/tidewater-server-(.*).tar.zst" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "agent" {
  source = { regexp = "agent/tidewater-agent-(.*).tar.zst" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "cli" {
  source = { regexp = "cli/tidewater-cli-(.*).tar.zst" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "console" {
  source = { regexp = "console/tidewater-console-(.*).tar.zst" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "deb" {
  source = { regexp = "packages/deb/tidewater-(.*).tar" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "rpm" {
  source = { regexp = "packages/rpm/tidewater-(.*).tar" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "msi" {
  source = { regexp = "packages/msi/tidewater-(.*).msi" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "candidate" {
  source = { regexp = "candidate/tidewater-(.*).tar" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "signed" {
  source = { regexp = "signed/tidewater-(.*).tar" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "s3" "reports" {
  source = { regexp = "reports/tidewater-(.*).tar" }
  check {
    every = "never" # it changes through this pipeline only
  }
}

resource "image" "server-image" {
  source = { repository = "${local.registry}/server" }
  check {
    every = "never"
  }
}

resource "image" "agent-image" {
  source = { repository = "${local.registry}/agent" }
  check {
    every = "never"
  }
}

resource "image" "console-image" {
  source = { repository = "${local.registry}/console" }
  check {
    every = "never"
  }
}

resource "image" "operator-image" {
  source = { repository = "${local.registry}/operator" }
  check {
    every = "never"
  }
}

resource "lab" "cluster" {
  source = { size = "five-nodes", network = "isolated" }
  check {
    every = "never"
  }
}

resource "lab" "metal" {
  source = { size = "bare-metal", network = "25g" }
  check {
    every = "never"
  }
  tags = ["lab"]
}

resource "github_release" "tidewater" {
  source = {
    owner        = "tidewater"
    repository   = "tidewater"
    access_token = secret.release.github.token
  }
  check {
    every = "1h"
  }
}

resource "time" "nightly" {
  source = { start = "01:00", stop = "02:00", location = "Europe/Berlin" }
}

resource "time" "weekly" {
  source = { start = "02:00", stop = "04:00", location = "Europe/Berlin", days = ["Saturday"] }
}

resource "slack" "builds" {
  source = { url = secret.release.slack.builds }
}

resource "slack" "infrastructure" {
  source = { url = secret.release.slack.infrastructure }
}

resource "slack" "releases" {
  source = { url = secret.release.slack.releases }
}
