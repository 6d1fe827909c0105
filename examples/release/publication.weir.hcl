# The fan-out: to everywhere that people take releases from. Nothing here builds
# anything. Each can be repeated: what is there already is left as it is.

job "publish-deb" {
  description   = "the apt repository"
  serial_groups = ["publish-deb"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-apt"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.apt, VERSION = version.signed.version }
    script = <<-SH
      aptly-publish --distribution=stable signed/deb
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as deb; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=deb --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-rpm" {
  description   = "the yum repository"
  serial_groups = ["publish-rpm"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-yum"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.yum, VERSION = version.signed.version }
    script = <<-SH
      createrepo-publish --channel=stable signed/rpm
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as rpm; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=rpm --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-msi" {
  description   = "the Windows installer"
  serial_groups = ["publish-msi"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-winget"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.winget, VERSION = version.signed.version }
    script = <<-SH
      winget-submit --package=Tidewater.Server signed/msi
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as msi; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=msi --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-homebrew" {
  description   = "the formula of the cli"
  serial_groups = ["publish-homebrew"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-brew"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.brew, VERSION = version.signed.version }
    script = <<-SH
      brew-bump --tap=tidewater/homebrew-tap --formula=tw signed/cli
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as homebrew; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=homebrew --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-helm" {
  description   = "the chart of the operator"
  serial_groups = ["publish-helm"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-registry"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    image  = local.helm
    env    = { TOKEN = secret.release.publish.registry, VERSION = version.signed.version }
    script = <<-SH
      helm push signed/charts/tidewater-operator-*.tgz oci://registry.example.com/charts
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as helm; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=helm --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-go" {
  description   = "the Go module"
  serial_groups = ["publish-go"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-goproxy"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.goproxy, VERSION = version.signed.version }
    script = <<-SH
      release-module --path=example.com/tidewater-go signed/sdk-go
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as go; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=go --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-java" {
  description   = "the Java client"
  serial_groups = ["publish-java"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-maven"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.maven, VERSION = version.signed.version }
    script = <<-SH
      maven-deploy --group=com.example.tidewater signed/sdk-java
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as java; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=java --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-python" {
  description   = "the Python client"
  serial_groups = ["publish-python"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-pypi"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.pypi, VERSION = version.signed.version }
    script = <<-SH
      twine upload --skip-existing signed/sdk-python/*
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as python; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=python --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-node" {
  description   = "the Node client"
  serial_groups = ["publish-node"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-npm"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.npm, VERSION = version.signed.version }
    script = <<-SH
      npm publish --access=public signed/sdk-node/tidewater-*.tgz
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as node; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=node --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-docs" {
  description   = "the manual"
  serial_groups = ["publish-docs"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-docs"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.docs, VERSION = version.signed.version }
    script = <<-SH
      site-publish --target=docs.example.com/tidewater signed/docs
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as docs; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=docs --version="$VERSION" --verify-signature
    SH
  }
}

job "publish-images" {
  description   = "images, under their public names"
  serial_groups = ["publish-images"]

  concurrency { # the pipelines of older releases publish to the same place
    key    = "publish-registry"
    limit  = 1
    on_new = "queue"
  }

  get "signed" {
    resource = resource.s3.signed
    passed   = [job.sign]
    trigger  = true
    params   = { unpack = true }
  }

  task "publish" {
    uses   = task.publish
    env    = { TOKEN = secret.release.publish.registry, VERSION = version.signed.version }
    script = <<-SH
      crane-copy --manifest=signed/images.json --to=registry.example.com/public
    SH
    retry { # other people's servers
      attempts    = 5
      backoff     = "30s"
      max_backoff = "10m"
      on          = ["failed", "errored", "lost", "timeout"]
    }

    on_failure {
      put "tell_partial" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.signed.version} is not published as images; the others go on. ${build.url}" }
      }
    }
  }

  task "verify" {
    image   = local.lab
    timeout = "20m"
    env     = { VERSION = version.signed.version }
    script  = <<-SH
      lab fetch-as-user --from=images --version="$VERSION" --verify-signature
    SH
  }
}

# The second fan-in: only when it can be had everywhere is it said so.
job "github-release" {
  description   = "the page with the notes and the files"
  serial_groups = ["release"]

  parallel "inputs" {
    get "signed" {
      resource = resource.s3.signed
      passed   = [job.tag, job.publish-deb, job.publish-rpm, job.publish-msi, job.publish-homebrew, job.publish-helm, job.publish-go, job.publish-java, job.publish-python, job.publish-node, job.publish-docs, job.publish-images]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.sign]
    }
  }

  task "notes" {
    image   = local.tools
    inputs  = ["signed", "release"]
    outputs = ["page"]
    env     = { VERSION = version.signed.version, DOWNLOADS = local.downloads }
    script  = <<-SH
      release/notes/render --version="$VERSION" --downloads="$DOWNLOADS" --out=page
    SH
  }

  put "tidewater" {
    params = { name = "page/title", tag = "page/tag", body = "page/notes.md", globs = ["signed/files/*"] }
    inputs = ["page", "signed"]
  }
}
