job "check" {
  description = "all checks of one commit of one pull request"

  retention {
    builds            = 500
    days              = 14
    minimum_succeeded = 1
  }

  get "request" {
    trigger = true
    version = "every" # each request is a version: "latest" would leave out all but one
    params  = { integration_tool = "merge" }
  }

  put "pending" {
    resource = resource.pull_request.request
    no_get   = true
    params   = { path = "request", status = "pending", context = "weir" }
  }

  # Every check says for itself how it went, so that whoever wrote the request
  # sees all that is wrong at once: no fail_fast here.
  parallel {
    limit = 4

    task "lint" {
      uses  = task.go
      image = local.linter
      run   = ["golangci-lint", "run", "--new-from-merge-base=main"]

      on_failure {
        put "lint-failed" {
          resource = resource.pull_request.request
          no_get   = true
          params = {
            path        = "request"
            status      = "failure"
            context     = "weir/lint"
            description = "golangci-lint has found something"
            target_url  = build.url
          }
        }
      }
    }

    do "tests" {
      task "unit" {
        uses    = task.go
        outputs = ["coverage"]
        run     = ["go", "test", "-shuffle=on", "-coverprofile=../coverage/cover.out", "./..."]
      }

      task "coverage" {
        uses   = task.go
        inputs = ["request", "coverage"]
        env    = { WANTED = var.coverage }
        script = <<-SH
          reached=$(go tool cover -func=../coverage/cover.out | awk '/^total:/ { sub("%", "", $3); print $3 }')
          echo "tests reach $reached% of the code, $WANTED% are wanted"
          awk -v a="$reached" -v b="$WANTED" 'BEGIN { exit !(a >= b) }'
        SH
      }
    }

    task "contract" {
      uses    = task.go
      timeout = "10m"
      run     = ["go", "test", "-tags=contract", "./contract/..."]

      service "db" {
        image = "registry.example.com/mirror/postgres:17@sha256:d4a85c148b8db9a5f072c938b1fb09e75d110c31bd71f3f8ba0aad93a890dba3"
        env   = { POSTGRES_USER = "checkout", POSTGRES_HOST_AUTH_METHOD = "trust" }
        ready {
          command = ["pg_isready", "-U", "checkout"]
          timeout = "30s"
        }
      }

      env = { DATABASE_URL = "postgres://checkout@db/checkout?sslmode=disable" }
    }

    # What the scanner finds is news, and no reason to hold up this request.
    try {
      task "vulnerabilities" {
        image    = local.scanner
        inputs   = ["request"]
        hermetic = true # its database is in the image
        run      = ["trivy", "fs", "--offline-scan", "--exit-code=1", "--severity=HIGH,CRITICAL", "request"]
      }
    }
  }

  on_success {
    put "passed" {
      resource = resource.pull_request.request
      no_get   = true
      params   = { path = "request", status = "success", context = "weir", target_url = build.url }
    }
  }

  on_failure {
    put "failed" {
      resource = resource.pull_request.request
      no_get   = true
      params = {
        path       = "request"
        status     = "failure"
        context    = "weir"
        target_url = build.url
        comment    = "[${build.job} #${build.number}](${build.url}) failed."
      }
    }
  }

  # The machine broke, not the code: say that, so that nobody searches for a fault.
  on_error {
    put "broken" {
      resource = resource.pull_request.request
      no_get   = true
      params   = { path = "request", status = "error", context = "weir", target_url = build.url }
    }
  }
}

check "every_request_is_checked" {
  assert {
    condition     = jobs.check.steps[0].get.every && jobs.check.steps[0].get.trigger
    error_message = "Without version = \"every\" and trigger, requests that are opened at the same time go unchecked."
  }
}
