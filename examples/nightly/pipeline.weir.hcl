# What takes too long for every push is done at night. Two ways to start it: a
# time resource, whose versions can be passed on from job to job, and a schedule,
# which gives exactly one build per tick.
pipeline "ledger-nightly" {
  team        = "ledger"
  description = "Long tests, fresh test data and the upkeep of the ledger, every night"

  defaults {
    timeout = "3h"
    tags    = ["batch"]
    retry {
      attempts = 2
      backoff  = "1m"
      on       = ["errored", "lost"]
    }
    on_failure {
      put "tell_team" {
        resource = resource.slack.channel
        no_get   = true
        params   = { text = "Last night ${build.job} failed: ${build.url}" }
      }
    }
    on_error {
      put "tell_team_broken" {
        resource = resource.slack.channel
        no_get   = true
        params   = { text = "Last night ${build.job} broke: ${build.url}" }
      }
    }
  }
}

variable "timezone" {
  type        = string
  default     = "Europe/Berlin"
  description = "whose night it is"

  validation {
    condition     = can(regex("^(UTC|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)$", var.timezone))
    error_message = "A time zone is UTC or has a name like Europe/Berlin."
  }
}

locals {
  go       = "registry.example.com/mirror/golang:1.26@sha256:4c9f8eef009959b5042e4825aadb53b439a8fdd1b051665076f3f668098446a5"
  tools    = "registry.example.com/ledger/data-tools:2.8@sha256:f5b8d669b5ea7e9f673ed9cca4dc04366347d4f5c40096492e66b03c5bee0564"
  postgres = "registry.example.com/mirror/postgres:17@sha256:d4a85c148b8db9a5f072c938b1fb09e75d110c31bd71f3f8ba0aad93a890dba3"
  base     = "postgres://ledger@db/ledger?sslmode=disable"
}

secret_source "kubernetes" "ci" {
  config = { namespace = "weir-ledger" }
}

resource_type "s3" {
  image = "registry.example.com/mirror/s3-resource:1.4@sha256:52efad203516d10c2381a84f1c977f026ff62b3c3dd6a8fabc7f886db5ceb237"
  defaults = {
    region_name       = "eu-central-1"
    access_key_id     = secret.ci.s3.id
    secret_access_key = secret.ci.s3.key
  }
}

resource_type "slack" {
  image = "registry.example.com/mirror/slack-notification-resource:1.8@sha256:1b7885b800bff837830d039a7d994b614c11c82b0175cea117caabe0befe570b"
}

resource "git" "ledger" {
  source = { uri = "https://git.example.com/ledger/ledger.git", branch = "main" }
  check {
    every = "15m"
  }
}

# A new version some time between one and two: with a window, a hundred pipelines
# with the same night do not all begin at the same second.
resource "time" "night" {
  source = { start = "01:00", stop = "02:00", location = var.timezone, days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"] }
}

resource "s3" "testdata" {
  source = { bucket = "ledger-testdata", regexp = "anonymised/ledger-(.*).dump.zst" }
  check {
    every = "never"
  }
}

resource "slack" "channel" {
  source = { url = secret.ci.slack.url }
}

task "go" {
  image  = local.go
  inputs = ["ledger"]
  dir    = "ledger"
  caches = ["/cache/go"]
  env    = { GOCACHE = "/cache/go/build", GOMODCACHE = "/cache/go/mod" }

  service "db" {
    image = local.postgres
    env   = { POSTGRES_USER = "ledger", POSTGRES_HOST_AUTH_METHOD = "trust" }
    ready {
      command = ["pg_isready", "-U", "ledger"]
      timeout = "1m"
    }
    limits {
      memory = "4GiB"
    }
  }
}
