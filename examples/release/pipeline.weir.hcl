# The release of a product with many parts: sixty jobs from a commit in one of
# eleven components to packages, images, client libraries and an announcement.
#
#   components → builds → candidate → system tests → sign-off → publication → afterwards
#
# Each area has a file. What ties them together is passed: a candidate is made of
# commits that passed all of their component's jobs, and what is published is the
# candidate that passed every system test, byte for byte.
weir {
  required_version = ">= 0.1.0"
  lint {
    W4010 = "error" # one job that hangs holds up a release
  }
}

pipeline "tidewater-release" {
  team        = "tidewater"
  description = "Build, prove and publish Tidewater, the event store"
  labels      = { product = "tidewater", train = "monthly" }

  display {
    background = "https://assets.example.com/tidewater/pipeline.png"
  }

  defaults {
    timeout = "1h"

    retry { # only what is the machines' fault; a test that fails has failed
      attempts    = 3
      backoff     = "10s"
      max_backoff = "2m"
      on          = ["lost", "errored"]
    }

    limits {
      cpu    = 4
      memory = "8GiB"
      pids   = 4096
    }

    # Jobs that say nothing else tell the team. Some have hooks of their own.
    on_failure {
      put "tell_failed" {
        resource = resource.slack.builds
        no_get   = true
        params   = { text = "${build.job} #${build.number} failed: ${build.url}" }
      }
    }

    on_error {
      put "tell_broken" {
        resource = resource.slack.infrastructure
        no_get   = true
        params   = { text = "${build.job} #${build.number} could not run: ${build.url}" }
      }
    }
  }
}

group "components" {
  description = "each component by itself"
  jobs        = [job.server, job.storage, job.agent, job.console, job.cli, job.operator, job.sdk-go, job.sdk-java, job.sdk-python, job.sdk-node, job.docs]
}

group "candidate" {
  description = "what the next release is made of"
  jobs        = [job.candidate, job.bill-of-materials, job.licences, job.vulnerabilities, job.promote]
}

group "release" {
  description = "what a release manager looks at"
  jobs        = [job.sign-off, job.sign, job.tag, job.github-release, job.announce, job.withdraw]
}

check "nothing_unproven_is_published" {
  assert {
    condition = alltrue([
      for name, j in jobs : contains(j.passed, "job.sign") if startswith(name, "publish-")
    ])
    error_message = "Every publish job takes what was signed."
  }

  assert {
    condition     = contains(jobs.sign.passed, "job.sign-off") && join(" ", jobs.tag.passed) == "job.sign"
    error_message = "What is signed was signed off by a person, and only that gets a tag."
  }
}

check "a_release_is_alone" {
  assert {
    condition = alltrue([
      for name in ["sign-off", "sign", "tag", "github-release", "withdraw"] : contains(jobs[name].serial_groups, "release")
    ])
    error_message = "Two releases at once would sign and tag each other's files."
  }
}
