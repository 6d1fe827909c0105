# Several checks at once, with hooks: say what failed, always clean up.
pipeline "checks" {}

locals {
  lint_image = "docker.io/golangci/golangci-lint:v2.5"
  go_image   = "docker.io/library/golang:1.26"
}

resource_type "slack" {
  image    = "docker.io/cfcommunity/slack-notification-resource:v1.7.1"
  defaults = { disable = false }
}

resource "git" "app" {
  source = { uri = "https://git.example.com/shop/app.git" }
}

resource "time" "nightly" {
  source = { interval = "24h" }
}

resource "slack" "team" {
  source = { url = "https://hooks.slack.example.com/services/T0/B0/x" }
}

job "check" {
  parallel "inputs" {
    get "app" {
      trigger = true
    }
    get "nightly" {
      trigger = true
    }
  }

  parallel {
    limit     = 2
    fail_fast = true

    task "lint" {
      image   = local.lint_image
      inputs  = ["app"]
      dir     = "app"
      run     = ["golangci-lint", "run"]
      timeout = "10m"
    }

    do "coverage" {
      task "test" {
        image   = local.go_image
        inputs  = ["app"]
        outputs = ["coverage"]
        dir     = "app"
        run     = ["go", "test", "-coverprofile=../coverage/cover.out", "./..."]

        on_failure {
          put "team" {
            no_get = true
            params = { text = "Tests of ${version.app.ref} failed: ${build.url}" }
          }
        }
      }
      task "report" {
        image  = local.go_image
        inputs = ["app", "coverage"]
        dir    = "app"
        run    = ["go", "tool", "cover", "-func=../coverage/cover.out"]
      }
    }

    try {
      task "vulnerabilities" {
        image  = local.go_image
        inputs = ["app"]
        dir    = "app"
        script = <<-SH
          go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...
        SH
      }
    }
  }

  ensure {
    task "usage" {
      image    = "docker.io/library/busybox:1.37"
      hermetic = true
      run      = ["sh", "-c", "du -sh * || true"]
    }
  }

  on_error {
    put "failure" {
      resource = resource.slack.team
      no_get   = true
      params   = { text = "Build #${build.number} of ${pipeline.name} broke." }
    }
  }
}
