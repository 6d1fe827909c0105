# Each component by itself: what its own team would run, on every commit. All have
# the same shape, and each its own way to do it.

job "server" {
  description   = "checks of server"
  max_in_flight = 3

  get "source" {
    resource = resource.git.server
    trigger  = true
  }

  parallel {
    limit = 2

    task "clippy" {
      uses    = task.rust
      inputs  = ["source"]
      dir     = "source"
      run     = ["cargo", "clippy", "--all-targets", "--", "-D", "warnings"]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.rust
      inputs  = ["source"]
      dir     = "source"
      run     = ["cargo", "nextest", "run", "--profile=ci"]
      timeout = "20m"

      service "db" {
        image = "registry.example.com/mirror/postgres:17@sha256:d4a85c148b8db9a5f072c938b1fb09e75d110c31bd71f3f8ba0aad93a890dba3"
        env   = { POSTGRES_USER = "tidewater", POSTGRES_HOST_AUTH_METHOD = "trust" }
        ready {
          command = ["pg_isready", "-U", "tidewater"]
          timeout = "30s"
        }
      }
    }

    task "doc-tests" {
      uses    = task.rust
      inputs  = ["source"]
      dir     = "source"
      run     = ["cargo", "test", "--doc"]
      timeout = "20m"
    }
  }

  # News, and no reason to stop.
  try {
    task "advisories" {
      uses   = task.rust
      inputs = ["source"]
      dir    = "source"
      run    = ["cargo", "deny", "check", "advisories"]
    }
  }
}

job "storage" {
  description   = "checks of storage"
  max_in_flight = 3

  get "source" {
    resource = resource.git.storage
    trigger  = true
  }

  parallel {
    limit = 2

    task "clippy" {
      uses    = task.rust
      inputs  = ["source"]
      dir     = "source"
      run     = ["cargo", "clippy", "--all-targets", "--", "-D", "warnings"]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.rust
      inputs  = ["source"]
      dir     = "source"
      run     = ["cargo", "nextest", "run", "--profile=ci"]
      timeout = "20m"
    }

    task "miri" {
      uses    = task.rust
      inputs  = ["source"]
      dir     = "source"
      run     = ["cargo", "+nightly", "miri", "test", "-p", "pages"]
      timeout = "45m"
    }
  }

  # News, and no reason to stop.
  try {
    task "advisories" {
      uses   = task.rust
      inputs = ["source"]
      dir    = "source"
      run    = ["cargo", "deny", "check", "advisories"]
    }
  }
}

job "agent" {
  description   = "checks of agent"
  max_in_flight = 3

  get "source" {
    resource = resource.git.agent
    trigger  = true
  }

  parallel {
    limit = 2

    task "vet" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "vet", "./..."]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "test", "-shuffle=on", "./..."]
      timeout = "20m"
    }

    task "cross" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "build", "-o", "/dev/null", "./cmd/agent"]
      timeout = "20m"
      env     = { PLATFORM = across.platform, GOOS = split("/", across.platform)[0], GOARCH = split("/", across.platform)[1] }

      across "platform" {
        values        = local.platforms
        max_in_flight = 2
      }
    }
  }
}

job "console" {
  description   = "checks of console"
  max_in_flight = 3

  get "source" {
    resource = resource.git.console
    trigger  = true
  }

  parallel {
    limit = 2

    task "lint" {
      uses    = task.node
      inputs  = ["source"]
      dir     = "source"
      run     = ["npm", "run", "lint"]
      timeout = "20m"
    }

    task "types" {
      uses    = task.node
      inputs  = ["source"]
      dir     = "source"
      run     = ["npm", "run", "typecheck"]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.node
      inputs  = ["source"]
      dir     = "source"
      run     = ["npm", "run", "test:unit"]
      timeout = "20m"
    }
  }
}

job "cli" {
  description   = "checks of cli"
  max_in_flight = 3

  get "source" {
    resource = resource.git.cli
    trigger  = true
  }

  parallel {
    limit = 2

    task "vet" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "vet", "./..."]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "test", "-shuffle=on", "./..."]
      timeout = "20m"
    }

    task "golden" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "test", "-tags=golden", "./help/..."]
      timeout = "20m"
    }
  }
}

job "operator" {
  description   = "checks of operator"
  max_in_flight = 3

  get "source" {
    resource = resource.git.operator
    trigger  = true
  }

  parallel {
    limit = 2

    task "vet" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "vet", "./..."]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "test", "./internal/..."]
      timeout = "20m"
    }

    task "generated" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["make", "verify-generated"]
      timeout = "20m"
    }
  }
}

job "sdk-go" {
  description   = "checks of sdk-go"
  max_in_flight = 3

  get "source" {
    resource = resource.git.sdk-go
    trigger  = true
  }

  parallel {
    limit = 2

    task "vet" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "vet", "./..."]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.go
      inputs  = ["source"]
      dir     = "source"
      run     = ["go", "test", "-count=1", "./..."]
      timeout = "20m"

      service "tidewater" { # the last release: a client must work with it too
        image = "registry.example.com/tidewater/server:5.0@sha256:afeaa5c4bb774d450ed322e3b8fd1d60eb80791a7109fb4c4cc5725ba666c36e"
        ready {
          command = ["tidewater", "ping"]
          timeout = "1m"
        }
      }
    }
  }
}

job "sdk-java" {
  description   = "checks of sdk-java"
  max_in_flight = 3

  get "source" {
    resource = resource.git.sdk-java
    trigger  = true
  }

  parallel {
    limit = 2

    task "check" {
      uses    = task.gradle
      inputs  = ["source"]
      dir     = "source"
      run     = ["./gradlew", "check"]
      timeout = "20m"
    }

    task "api" {
      uses    = task.gradle
      inputs  = ["source"]
      dir     = "source"
      run     = ["./gradlew", "japicmp"]
      timeout = "20m"
    }
  }
}

job "sdk-python" {
  description   = "checks of sdk-python"
  max_in_flight = 3

  get "source" {
    resource = resource.git.sdk-python
    trigger  = true
  }

  parallel {
    limit = 2

    task "ruff" {
      uses    = task.python
      inputs  = ["source"]
      dir     = "source"
      run     = ["uv", "run", "ruff", "check"]
      timeout = "20m"
    }

    task "types" {
      uses    = task.python
      inputs  = ["source"]
      dir     = "source"
      run     = ["uv", "run", "mypy", "src"]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.python
      inputs  = ["source"]
      dir     = "source"
      run     = ["uv", "run", "pytest", "-q"]
      timeout = "20m"

      service "tidewater" { # the last release: a client must work with it too
        image = "registry.example.com/tidewater/server:5.0@sha256:afeaa5c4bb774d450ed322e3b8fd1d60eb80791a7109fb4c4cc5725ba666c36e"
        ready {
          command = ["tidewater", "ping"]
          timeout = "1m"
        }
      }
    }
  }
}

job "sdk-node" {
  description   = "checks of sdk-node"
  max_in_flight = 3

  get "source" {
    resource = resource.git.sdk-node
    trigger  = true
  }

  parallel {
    limit = 2

    task "lint" {
      uses    = task.node
      inputs  = ["source"]
      dir     = "source"
      run     = ["npm", "run", "lint"]
      timeout = "20m"
    }

    task "unit" {
      uses    = task.node
      inputs  = ["source"]
      dir     = "source"
      run     = ["npm", "test"]
      timeout = "20m"

      service "tidewater" { # the last release: a client must work with it too
        image = "registry.example.com/tidewater/server:5.0@sha256:afeaa5c4bb774d450ed322e3b8fd1d60eb80791a7109fb4c4cc5725ba666c36e"
        ready {
          command = ["tidewater", "ping"]
          timeout = "1m"
        }
      }
    }
  }
}

job "docs" {
  description   = "the manual: links, examples, spelling"
  max_in_flight = 3

  get "source" {
    resource = resource.git.docs
    trigger  = true
  }

  task "site" {
    image   = local.hugo
    inputs  = ["source"]
    outputs = ["site"]
    dir     = "source"
    run     = ["hugo", "--minify", "--panicOnWarning", "--destination=../site"]
  }

  parallel {
    task "links" {
      image    = local.tools
      inputs   = ["site"]
      hermetic = true
      run      = ["linkcheck", "--internal-only", "site"]
    }
    task "spelling" {
      image    = local.tools
      inputs   = ["source"]
      hermetic = true
      run      = ["spellcheck", "source/content"]
    }
  }
}
