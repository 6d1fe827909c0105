# From a proven candidate to a signed one. The fan-in of all tests is in promote; a
# person comes after the machines.
job "promote" {
  description   = "a candidate that passed everything"
  serial_groups = ["candidate"]

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      trigger  = true
      passed = [
        job.upgrade,
        job.downgrade,
        job.backup,
        job.chaos,
        job.performance,
        job.soak,
        job.kubernetes,
        job.console-in-browser,
        job.install-deb,
        job.install-rpm,
        job.conformance-go,
        job.conformance-java,
        job.conformance-python,
        job.conformance-node,
        job.bill-of-materials,
        job.licences,
        job.vulnerabilities,
      ]
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  task "evidence" {
    image  = local.tools
    inputs = ["candidate", "release"]
    env    = { VERSION = version.candidate.version, BUILD = build.url }
    script = <<-SH
      release/evidence --version="$VERSION" --build="$BUILD"
    SH
  }

  on_success {
    put "tell" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "${version.candidate.version} passed everything. It can be signed off: ${build.url}" }
    }
  }
}

job "sign-off" {
  description            = "a person says that this is a release"
  serial_groups          = ["release"]
  disable_manual_trigger = false

  param "kind" {
    type        = string
    default     = "minor"
    description = "major, minor or patch"
  }

  param "embargo" {
    type        = bool
    default     = false
    description = "a security release: nothing is announced before its day"
  }

  get "candidate" {
    resource = resource.s3.candidate
    passed   = [job.promote]
    params   = { unpack = true }
  }

  get "release" {
    passed = [job.promote]
  }

  load "notes" {
    file   = "release/notes/next.yml"
    reveal = true
  }

  task "notes_are_written" {
    image  = local.tools
    inputs = ["release"]
    env    = { KIND = params.kind, TITLE = load.notes.title }
    script = <<-SH
      release/notes/check --kind="$KIND" --title="$TITLE" release/notes/next.yml
    SH
  }

  approval "release_manager" {
    message   = "Release ${version.candidate.version} (${params.kind}): ${load.notes.title}?"
    approvers = var.approvers
    timeout   = "72h"
  }

  approval "security" {
    when      = params.embargo
    message   = "This is a security release: is the embargo agreed on, and the advisory ready?"
    approvers = ["role:owner"]
    timeout   = "72h"
  }

  on_abort {
    put "tell_no" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "${version.candidate.version} is not released." }
    }
  }
}

job "sign" {
  description   = "checksums and signatures, with keys that nothing else sees"
  serial_groups = ["release"]

  get "candidate" {
    resource = resource.s3.candidate
    passed   = [job.sign-off]
    trigger  = true
    params   = { unpack = true }
  }

  get "release" {
    passed = [job.sign-off]
  }

  task "sign" {
    image   = local.tools
    inputs  = ["candidate", "release"]
    outputs = ["signed"]
    tags    = ["signing"] # a worker of its own, in a room of its own
    network = "none"
    timeout = "20m"
    env = {
      VERSION     = version.candidate.version
      SIGNING_KEY = secret.release.signing.key
      PASSPHRASE  = secret.release.signing.passphrase
    }
    script = <<-SH
      release/sign --in=candidate --out="signed/tidewater-$VERSION.tar"
      release/verify --in="signed/tidewater-$VERSION.tar"
    SH
    retry { # a key that fails once is looked at by a person
      attempts = 1
    }
  }

  put "signed" {
    resource = resource.s3.signed
    params   = { file = "signed/tidewater-*.tar" }
    inputs   = ["signed"]
  }

  on_failure {
    put "tell_signing" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "Signing ${version.candidate.version} failed. Nothing was published. ${build.url}" }
    }
  }
}

job "tag" {
  description   = "a tag on each component, with the version"
  serial_groups = ["release"]

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
  }

  task "tag" {
    image  = local.tools
    inputs = ["signed"]
    env = {
      FORGE     = local.forge
      COMPONENT = across.component
      TOKEN     = secret.release.forge.token
      VERSION   = version.signed.version
    }

    across "component" {
      values        = ["server", "storage", "agent", "console", "cli", "operator", "sdk-go", "sdk-java", "sdk-python", "sdk-node", "docs"]
      max_in_flight = 4
    }

    script = <<-SH
      release-tag --repository="$FORGE/$COMPONENT.git" --from=signed/manifest.json --tag="v$VERSION"
    SH
  }
}
