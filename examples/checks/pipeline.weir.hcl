# Several checks at once, with hooks: say what failed, always clean up.
pipeline "checks" {
  defaults {
    timeout = "30m"
  }
}

locals {
  lint_image = "registry.example.com/mirror/golangci-lint:2.5@sha256:8350ab942dc182cd6a98ecc2c10cb80f8f6e5312d4dfa79ed3893e68723465d0"
  go_image   = "registry.example.com/mirror/golang:1.26@sha256:4c9f8eef009959b5042e4825aadb53b439a8fdd1b051665076f3f668098446a5"
}

resource_type "slack" {
  image    = "registry.example.com/mirror/slack-notification-resource:1.7.1@sha256:3f5decf61e4c563cb82f22e9891c2c0ffc81a2d74adb150f2253eb7fa111dcb7"
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
      image    = "registry.example.com/mirror/busybox:1.37@sha256:a4a5c3217c939dc19eff1a10f342b9c814423ea2a7a084a79497addd5679d42a"
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
