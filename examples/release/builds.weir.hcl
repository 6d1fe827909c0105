# From commits that passed to files and images. Everything is built once, here; what
# is tested, signed and published later are these very bytes.

job "build-server" {
  description   = "server, for every platform"
  serial_groups = ["build-server"]

  get "source" {
    resource = resource.git.server
    passed   = [job.server]
    trigger  = true
  }

  get "version" {
    params = { bump = "final", pre = "dev" }
  }

  task "make" {
    uses    = task.rust
    inputs  = ["source", "version"]
    outputs = ["made"]
    timeout = "40m"
    env     = { REVISION = version.source.ref, VERSION = version.version.number, PLATFORM = join(",", local.platforms) }
    script  = <<-SH
      cd source
      cargo auditable build --release --workspace --locked
      ./scripts/stage --revision="$REVISION" --platforms="$PLATFORM" /cache/target/release ../stage
      tar --zstd --sort=name --mtime=@0 -cf "../made/tidewater-server-$VERSION.tar.zst" -C ../stage .
    SH
  }

  put "built" {
    resource = resource.s3.server
    params   = { file = "made/tidewater-server-*.tar.zst" }
  }

  on_failure {
    put "tell_component" {
      resource = resource.slack.builds
      no_get   = true
      params   = { text = "server ${version.source.ref} passes its tests and cannot be built: ${build.url}" }
    }
  }
}

job "build-agent" {
  description   = "agent, for every platform"
  serial_groups = ["build-agent"]

  get "source" {
    resource = resource.git.agent
    passed   = [job.agent]
    trigger  = true
  }

  get "version" {
    params = { bump = "final", pre = "dev" }
  }

  task "make" {
    uses    = task.go
    inputs  = ["source", "version"]
    outputs = ["made"]
    timeout = "40m"
    env     = { REVISION = version.source.ref, VERSION = version.version.number, PLATFORM = join(",", local.platforms) }
    script  = <<-SH
      cd source
      for p in $(echo "$PLATFORM" | tr , " "); do
        GOOS=$${p%/*} GOARCH=$${p#*/} go build -ldflags "-X main.revision=$REVISION" -o "../stage/$p/" ./cmd/agent
      done
      tar --zstd --sort=name --mtime=@0 -cf "../made/tidewater-agent-$VERSION.tar.zst" -C ../stage .
    SH
  }

  put "built" {
    resource = resource.s3.agent
    params   = { file = "made/tidewater-agent-*.tar.zst" }
  }

  on_failure {
    put "tell_component" {
      resource = resource.slack.builds
      no_get   = true
      params   = { text = "agent ${version.source.ref} passes its tests and cannot be built: ${build.url}" }
    }
  }
}

job "build-cli" {
  description   = "cli, for every platform"
  serial_groups = ["build-cli"]

  get "source" {
    resource = resource.git.cli
    passed   = [job.cli]
    trigger  = true
  }

  get "version" {
    params = { bump = "final", pre = "dev" }
  }

  task "make" {
    uses    = task.go
    inputs  = ["source", "version"]
    outputs = ["made"]
    timeout = "40m"
    env     = { REVISION = version.source.ref, VERSION = version.version.number, PLATFORM = join(",", local.platforms) }
    script  = <<-SH
      cd source
      for p in $(echo "$PLATFORM" | tr , " "); do
        GOOS=$${p%/*} GOARCH=$${p#*/} go build -ldflags "-X main.revision=$REVISION" -o "../stage/$p/" ./cmd/tw
      done
      ../stage/linux/amd64/tw completion --all ../stage/completion
      tar --zstd --sort=name --mtime=@0 -cf "../made/tidewater-cli-$VERSION.tar.zst" -C ../stage .
    SH
  }

  put "built" {
    resource = resource.s3.cli
    params   = { file = "made/tidewater-cli-*.tar.zst" }
  }

  on_failure {
    put "tell_component" {
      resource = resource.slack.builds
      no_get   = true
      params   = { text = "cli ${version.source.ref} passes its tests and cannot be built: ${build.url}" }
    }
  }
}

job "build-console" {
  description   = "console, for every platform"
  serial_groups = ["build-console"]

  get "source" {
    resource = resource.git.console
    passed   = [job.console]
    trigger  = true
  }

  get "version" {
    params = { bump = "final", pre = "dev" }
  }

  task "make" {
    uses    = task.node
    inputs  = ["source", "version"]
    outputs = ["made"]
    timeout = "40m"
    env     = { REVISION = version.source.ref, VERSION = version.version.number }
    script  = <<-SH
      cd source
      npm ci
      REVISION="$REVISION" npm run build -- --outDir ../stage
      tar --zstd --sort=name --mtime=@0 -cf "../made/tidewater-console-$VERSION.tar.zst" -C ../stage .
    SH
  }

  put "built" {
    resource = resource.s3.console
    params   = { file = "made/tidewater-console-*.tar.zst" }
  }

  on_failure {
    put "tell_component" {
      resource = resource.slack.builds
      no_get   = true
      params   = { text = "console ${version.source.ref} passes its tests and cannot be built: ${build.url}" }
    }
  }
}

job "image-server" {
  description   = "the image of server"
  serial_groups = ["build-server"]

  get "files" {
    resource = resource.s3.server
    passed   = [job.build-server]
    trigger  = true
    params   = { unpack = true }
  }

  task "build" {
    uses    = task.image
    inputs  = ["files"]
    timeout = "30m"
    env     = { CONTEXT = "files", VERSION = version.files.version }
  }

  task "scan" {
    image    = local.scanner
    inputs   = ["image"]
    hermetic = true
    run      = ["trivy", "image", "--input", "image/image.tar", "--exit-code=1", "--severity=CRITICAL", "--ignore-unfixed"]

    on_failure {
      put "tell_security" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "The image of server ${version.files.version} has a critical vulnerability: ${build.url}" }
      }
    }
  }

  put "image" {
    resource = resource.image.server-image
    params   = { image = "image/image.tar", version = version.files.version }
  }
}

job "image-agent" {
  description   = "the image of agent"
  serial_groups = ["build-agent"]

  get "files" {
    resource = resource.s3.agent
    passed   = [job.build-agent]
    trigger  = true
    params   = { unpack = true }
  }

  task "build" {
    uses    = task.image
    inputs  = ["files"]
    timeout = "30m"
    env     = { CONTEXT = "files", VERSION = version.files.version }
  }

  task "scan" {
    image    = local.scanner
    inputs   = ["image"]
    hermetic = true
    run      = ["trivy", "image", "--input", "image/image.tar", "--exit-code=1", "--severity=CRITICAL", "--ignore-unfixed"]

    on_failure {
      put "tell_security" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "The image of agent ${version.files.version} has a critical vulnerability: ${build.url}" }
      }
    }
  }

  put "image" {
    resource = resource.image.agent-image
    params   = { image = "image/image.tar", version = version.files.version }
  }
}

job "image-console" {
  description   = "the image of console"
  serial_groups = ["build-console"]

  get "files" {
    resource = resource.s3.console
    passed   = [job.build-console]
    trigger  = true
    params   = { unpack = true }
  }

  task "build" {
    uses    = task.image
    inputs  = ["files"]
    timeout = "30m"
    env     = { CONTEXT = "files", VERSION = version.files.version }
  }

  task "scan" {
    image    = local.scanner
    inputs   = ["image"]
    hermetic = true
    run      = ["trivy", "image", "--input", "image/image.tar", "--exit-code=1", "--severity=CRITICAL", "--ignore-unfixed"]

    on_failure {
      put "tell_security" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "The image of console ${version.files.version} has a critical vulnerability: ${build.url}" }
      }
    }
  }

  put "image" {
    resource = resource.image.console-image
    params   = { image = "image/image.tar", version = version.files.version }
  }
}

job "image-operator" {
  description   = "the operator is an image and nothing else"
  serial_groups = ["build-operator"]

  get "source" {
    resource = resource.git.operator
    passed   = [job.operator]
    trigger  = true
  }

  get "version" {}

  task "manifests" {
    uses    = task.go
    inputs  = ["source"]
    outputs = ["bundle"]
    dir     = "source"
    run     = ["make", "bundle", "OUT=../bundle"]
  }

  task "build" {
    uses    = task.image
    inputs  = ["source", "bundle"]
    timeout = "30m"
    env     = { CONTEXT = "source", VERSION = version.version.number }
  }

  put "image" {
    resource = resource.image.operator-image
    params   = { image = "image/image.tar", version = version.version.number }
  }
}

job "package-deb" {
  description   = "deb packages of server, agent and cli"
  serial_groups = ["package-deb"]

  parallel "inputs" {
    get "release" {}
    get "server" {
      resource = resource.s3.server
      passed   = [job.build-server]
      trigger  = true
      params   = { unpack = true }
    }
    get "agent" {
      resource = resource.s3.agent
      passed   = [job.build-agent]
      trigger  = true
      params   = { unpack = true }
    }
    get "cli" {
      resource = resource.s3.cli
      passed   = [job.build-cli]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "package" {
    image   = local.tools
    inputs  = ["release", "server", "agent", "cli"]
    outputs = ["packages"]
    env     = { VERSION = version.server.version }
    script  = <<-SH
      for part in server agent cli; do
        nfpm package --packager deb --config "release/packaging/$part.yml" --source "$part" --target packages/
      done
      release/packaging/collect deb packages "$VERSION"
    SH
  }

  try {
    task "lint" {
      image    = local.tools
      inputs   = ["packages"]
      hermetic = true
      run      = ["package-lint", "--kind=deb", "packages"]
    }
  }

  put "packages" {
    resource = resource.s3.deb
    params   = { file = "packages/tidewater-*.tar" }
  }
}

job "package-rpm" {
  description   = "rpm packages of server, agent and cli"
  serial_groups = ["package-rpm"]

  parallel "inputs" {
    get "release" {}
    get "server" {
      resource = resource.s3.server
      passed   = [job.build-server]
      trigger  = true
      params   = { unpack = true }
    }
    get "agent" {
      resource = resource.s3.agent
      passed   = [job.build-agent]
      trigger  = true
      params   = { unpack = true }
    }
    get "cli" {
      resource = resource.s3.cli
      passed   = [job.build-cli]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "package" {
    image   = local.tools
    inputs  = ["release", "server", "agent", "cli"]
    outputs = ["packages"]
    env     = { VERSION = version.server.version }
    script  = <<-SH
      for part in server agent cli; do
        nfpm package --packager rpm --config "release/packaging/$part.yml" --source "$part" --target packages/
      done
      release/packaging/collect rpm packages "$VERSION"
    SH
  }

  try {
    task "lint" {
      image    = local.tools
      inputs   = ["packages"]
      hermetic = true
      run      = ["package-lint", "--kind=rpm", "packages"]
    }
  }

  put "packages" {
    resource = resource.s3.rpm
    params   = { file = "packages/tidewater-*.tar" }
  }
}

job "package-msi" {
  description   = "msi packages of server, agent and cli"
  serial_groups = ["package-msi"]

  parallel "inputs" {
    get "release" {}
    get "server" {
      resource = resource.s3.server
      passed   = [job.build-server]
      trigger  = true
      params   = { unpack = true }
    }
    get "agent" {
      resource = resource.s3.agent
      passed   = [job.build-agent]
      trigger  = true
      params   = { unpack = true }
    }
    get "cli" {
      resource = resource.s3.cli
      passed   = [job.build-cli]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "package" {
    image   = local.wine
    inputs  = ["release", "server", "agent", "cli"]
    outputs = ["packages"]
    env     = { VERSION = version.server.version }
    script  = <<-SH
      for part in server agent cli; do
        wixl --arch x64 --config "release/packaging/$part.yml" --source "$part" --target packages/
      done
      release/packaging/collect msi packages "$VERSION"
    SH
  }

  try {
    task "lint" {
      image    = local.tools
      inputs   = ["packages"]
      hermetic = true
      run      = ["package-lint", "--kind=msi", "packages"]
    }
  }

  put "packages" {
    resource = resource.s3.msi
    params   = { file = "packages/tidewater-*.msi" }
  }
}
