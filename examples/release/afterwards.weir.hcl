# What is left to do when a release is out.
job "announce" {
  description   = "say it where people read it"
  serial_groups = ["release"]

  get "published" {
    resource = resource.github_release.tidewater
    passed   = [job.github-release]
    trigger  = true
  }

  parallel {
    put "channel" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "Tidewater ${version.published.tag} is out: ${local.downloads}/${version.published.tag}" }
    }

    task "newsletter" {
      image = local.tools
      env   = { TOKEN = secret.release.newsletter.token, VERSION = version.published.tag }
      run   = ["newsletter-draft", "--list=tidewater-announce"]
    }

    try { # a site that is down is no reason for a red release
      task "social" {
        image = local.tools
        env   = { SITE = across.site, TOKEN = secret.release.social.token, VERSION = version.published.tag }
        across "site" {
          values = ["mastodon", "bluesky", "linkedin"]
        }
        script = <<-SH
          announce-post --site="$SITE" --version="$VERSION"
        SH
      }
    }
  }
}

job "next-version" {
  description   = "open the next version on main"
  serial_groups = ["candidate"]

  parallel "inputs" {
    get "published" {
      resource = resource.github_release.tidewater
      passed   = [job.github-release]
      trigger  = true
    }
    get "version" {
      params = { bump = "minor", pre = "dev" }
    }
  }

  put "version" {
    params = { file = "version/number" }
    inputs = ["version"]
  }
}

job "verify-downloads" {
  description = "every week, as a stranger would: is all of it still there, and still ours"

  schedule {
    cron     = "0 6 * * 1"
    timezone = "Europe/Berlin"
    catch_up = "latest"
  }

  get "published" {
    resource = resource.github_release.tidewater
    passed   = [job.github-release]
  }

  task "verify" {
    image = local.lab
    env   = { PLACE = across.place, VERSION = version.published.tag }

    across "place" {
      values        = ["apt", "yum", "winget", "brew", "helm", "go", "maven", "pypi", "npm", "images"]
      max_in_flight = 3
    }

    script = <<-SH
      lab fetch-as-user --from="$PLACE" --version="$VERSION" --verify-signature
    SH

    on_failure {
      put "tell_security" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "<!channel> ${version.published.tag} at ${across.place} is gone, or not what we signed: ${build.url}" }
      }
    }
  }
}

job "withdraw" {
  description   = "by hand: take a release back everywhere"
  serial_groups = ["release"]

  param "reason" {
    type        = string
    default     = "withdrawn"
    description = "shown to everybody who asks for this version"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.github-release]
  }

  approval "sure" {
    message   = "Withdraw ${version.signed.version}? People who have it keep it; nobody else gets it."
    approvers = var.approvers
    timeout   = "1h"
  }

  task "withdraw" {
    image = local.tools
    env   = { PLACE = across.place, REASON = params.reason, TOKEN = secret.release.withdraw.token, VERSION = version.signed.version }

    across "place" {
      values        = ["apt", "yum", "winget", "brew", "helm", "go", "maven", "pypi", "npm", "images"]
      max_in_flight = "all"
      fail_fast     = false
    }

    script = <<-SH
      withdraw --from="$PLACE" --version="$VERSION" --reason="$REASON"
    SH
  }

  ensure {
    put "tell" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "${build.created_by} withdrew ${version.signed.version} (${params.reason}), build ${build.url}" }
    }
  }
}

job "clean-up" {
  description   = "candidates that nobody will release, leases that nobody holds"
  interruptible = true

  get "weekly" {
    trigger = true
  }

  task "clean" {
    image = local.tools
    env   = { TOKEN = secret.release.cleanup.token }
    run   = ["release-clean", "--keep-candidates=20", "--older-than=60d"]
  }

  try {
    task "leases" {
      image = local.lab
      env   = { TOKEN = secret.release.lab.token }
      run   = ["lab", "expire", "--older-than=48h"]
    }
  }
}

# The jobs had other names when the product had one package only.
moved {
  from = job.package
  to   = job.package-deb
}

moved {
  from = job.acceptance
  to   = job.smoke
}

output "promoted" {
  value       = job.promote
  description = "the job that a candidate has passed when everything has"
}
