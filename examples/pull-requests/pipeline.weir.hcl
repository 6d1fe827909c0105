# Checks of pull requests: each push to an open request is checked once, as fast
# as the slowest check, and the request shows what became of each.
pipeline "checkout-pull-requests" {
  team        = "checkout"
  description = "What a pull request of the checkout service must pass before it can be merged"
  labels      = { service = "checkout", tier = "1" }

  defaults {
    timeout = "20m"
    retry { # a worker that goes away is nobody's fault
      attempts = 2
      on       = ["lost"]
    }
    limits {
      cpu    = 2
      memory = "4GiB"
    }
  }
}

variable "repository" {
  type        = string
  default     = "checkout/checkout-service"
  description = "whose pull requests are checked: OWNER/NAME"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "A repository is written OWNER/NAME."
  }
}

variable "coverage" {
  type        = number
  default     = 82
  description = "how much of the code tests must reach, in percent"

  validation {
    condition     = var.coverage >= 0 && var.coverage <= 100
    error_message = "Coverage is a percentage."
  }
}

locals {
  go      = "registry.example.com/mirror/golang:1.26@sha256:4c9f8eef009959b5042e4825aadb53b439a8fdd1b051665076f3f668098446a5"
  linter  = "registry.example.com/mirror/golangci-lint:2.5@sha256:8350ab942dc182cd6a98ecc2c10cb80f8f6e5312d4dfa79ed3893e68723465d0"
  scanner = "registry.example.com/mirror/trivy:0.66@sha256:eee07b2d9b8da112092434b0c8287092249ef03b57f96ffb6551bd9fac8e103e"
}

secret_source "vault" "ci" {
  config = { address = "https://vault.example.com", path_prefix = "/weir/checkout" }
}

# A type that Weir does not have itself is an image that speaks the protocol of
# Concourse's resources. Pinned, because it is given the token.
resource_type "pull_request" {
  image = "registry.example.com/mirror/github-pr-resource:0.24@sha256:5912541102ae741406831607d809651c970873cbdf08f2696905cfd2bc46a6bc"
  defaults = {
    access_token = secret.ci.github.token
    v3_endpoint  = "https://git.example.com/api/v3"
  }
}

resource "pull_request" "request" {
  source = {
    repository    = var.repository
    base_branch   = "main"
    disable_forks = true # a fork's code must not run with this team's secrets
  }

  check {
    every = "10m" # only what the webhook has missed
  }

  webhook {
    token = secret.ci.github.hook_token
    filters = {
      "X-GitHub-Event" = "pull_request"
      "body.action"    = "opened|reopened|synchronize"
    }
  }

  icon = "source-pull"
}

task "go" {
  image  = local.go
  inputs = ["request"]
  dir    = "request"
  caches = ["/cache/go"]
  env = {
    CGO_ENABLED = "0"
    GOCACHE     = "/cache/go/build"
    GOMODCACHE  = "/cache/go/mod"
  }
}
