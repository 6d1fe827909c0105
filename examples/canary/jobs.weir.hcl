job "build" {
  max_in_flight = 2

  get "source" {
    resource = resource.git.storefront
    trigger  = true
  }

  task "image" {
    image   = local.tools
    inputs  = ["source"]
    outputs = ["image"]
    caches  = ["/cache/layers"]
    env     = { REVISION = version.source.ref }
    script  = <<-SH
      buildctl-rootless build --local context=source --opt build-arg:REVISION="$REVISION" \
        --export-cache type=local,dest=/cache/layers --output type=oci,dest=image/image.tar
    SH
  }

  put "pushed" {
    resource = resource.image.storefront
    params   = { image = "image/image.tar", version = version.source.ref }
  }

  serial_groups = ["images"] # two builds of one job must not push in the wrong order
}

job "canary" {
  description   = "some of the traffic, for as long as it takes to know"
  serial_groups = ["production"]

  concurrency { # other pipelines of the team deploy to this cluster too
    key    = "cluster-prod-eu-1"
    on_new = "replace_pending"
  }

  param "percent" {
    type        = number
    default     = var.canary_percent
    description = "the canary's share of the traffic"
  }

  param "minutes" {
    type        = number
    default     = 20
    description = "how long the canary is watched"
  }

  get "release" {
    resource = resource.image.storefront
    passed   = [job.build]
    trigger  = true
  }

  put "start" {
    resource = resource.rollout.production
    params   = { image = "release", strategy = "canary", percent = params.percent }
  }

  task "watch" {
    image   = local.tools
    outputs = ["verdict"]
    timeout = "2h"
    env = {
      PROMETHEUS = "https://prometheus.example.com"
      TOKEN      = secret.ci.prometheus.token
      MINUTES    = params.minutes
      MAX_ERRORS = var.max_error_rate
    }
    script = <<-SH
      canary-watch --deployment=web --minutes="$MINUTES" --max-error-rate="$MAX_ERRORS" --report=verdict/verdict.json
    SH
  }

  load "verdict" {
    file   = "verdict/verdict.json"
    reveal = true
  }

  task "too_little_traffic" {
    when   = load.verdict.requests < 1000
    image  = local.tools
    env    = { REQUESTS = load.verdict.requests }
    script = <<-SH
      echo "The canary has had $REQUESTS requests only: that proves nothing. Start this job again with more percent or more minutes."
      exit 1
    SH
  }

  # A canary that fails, breaks or is aborted gets no traffic any longer, whoever
  # is asleep at that time.
  on_failure {
    put "failed" {
      resource = resource.rollout.production
      no_get   = true
      params   = { strategy = "abort" }
    }
    put "tell_failed" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "The canary of ${version.release.tag} failed and is gone: ${build.url}" }
    }
  }

  on_error {
    put "broken" {
      resource = resource.rollout.production
      no_get   = true
      params   = { strategy = "abort" }
    }
  }

  on_abort {
    put "aborted" {
      resource = resource.rollout.production
      no_get   = true
      params   = { strategy = "abort" }
    }
  }
}

job "promote" {
  description   = "all of the traffic, when a person says so"
  serial_groups = ["production"]

  concurrency {
    key    = "cluster-prod-eu-1"
    on_new = "queue"
  }

  retention {
    days              = 400 # auditors ask about a year
    minimum_succeeded = 10
  }

  get "release" {
    resource = resource.image.storefront
    passed   = [job.canary]
    trigger  = true
  }

  approval "all_traffic" {
    message   = "Give ${version.release.tag} all of the traffic? What the canary showed is in the build of ${build.pipeline}/canary."
    approvers = ["role:owner", "role:member"]
    timeout   = "8h"
  }

  # In steps, each watched for a while. One that fails ends the others, and the
  # hook below goes back.
  do "steps" {
    across "percent" {
      values    = [25, 50, 100]
      fail_fast = true
    }

    put "traffic" {
      resource = resource.rollout.production
      params   = { image = "release", strategy = "canary", percent = across.percent }
    }

    task "watch" {
      image   = local.tools
      timeout = "10m"
      env     = { TOKEN = secret.ci.prometheus.token, PERCENT = across.percent, MAX_ERRORS = var.max_error_rate }
      run     = ["canary-watch", "--deployment=web", "--minutes=5"]
    }

    on_failure {
      put "back" {
        resource = resource.rollout.production
        no_get   = true
        params   = { strategy = "abort", reason = "failed at ${across.percent}%" }
      }
    }
  }

  on_success {
    put "tell" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "${version.release.tag} has all of the traffic." }
    }
  }

  on_failure {
    put "tell_failure" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "<!subteam^${local.oncall}> ${version.release.tag} was rolled back: ${build.url}" }
    }
  }
}

# By hand, at any time, to any release that ever had all of the traffic.
job "rollback" {
  description   = "back to a release that was good"
  serial_groups = ["production"]

  param "reason" {
    type        = string
    default     = "rolled back by hand"
    description = "for the log and the channel"
  }

  get "release" {
    resource = resource.image.storefront
    passed   = [job.promote]
  }

  put "back" {
    resource = resource.rollout.production
    params   = { image = "release", strategy = "immediate", reason = params.reason }
    retry { # now of all times it has to work
      attempts    = 5
      backoff     = "2s"
      max_backoff = "15s"
      on          = ["failed", "errored", "timeout"]
    }
  }

  ensure {
    put "tell" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "${build.created_by} rolled back: ${params.reason} (${step.back.status}) ${build.url}" }
    }
  }
}

check "nothing_passes_the_canary_by" {
  assert {
    condition     = contains(jobs.promote.passed, "job.canary") && contains(jobs.rollback.passed, "job.promote")
    error_message = "What gets all of the traffic has been a canary; what is rolled back to has had all of the traffic."
  }
}
