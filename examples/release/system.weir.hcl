# What is proven of a candidate, on clusters that are leased for it. A lease is
# given back however a test ends: that is what ensure is for.

job "smoke" {
  description   = "does it start, write, read and stop"
  max_in_flight = 1

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.candidate]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.candidate]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 1 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "smoke" {
    uses    = task.suite
    timeout = "20m"
    env     = { SUITE = "smoke" }
  }

  on_failure {
    put "tell_everybody" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "Candidate ${version.candidate.version} does not even start: ${build.url}" }
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "upgrade" {
  description   = "from every version that is supported, with load on it"
  max_in_flight = 1
  retention {
    builds = 100
  }

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 12 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "upgrade" {
    uses    = task.suite
    timeout = "2h"
    env     = { SUITE = "upgrade", FROM = across.from }

    across "from" {
      values        = var.supported
      max_in_flight = 1 # there is one cluster
    }

    on_failure {
      task "collect" {
        image   = local.lab
        inputs  = ["cluster"]
        outputs = ["evidence"]
        timeout = "15m"
        env     = { FROM = across.from }
        run     = ["lab", "collect", "--lease=cluster/lease.json", "--out=evidence"]
      }
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "downgrade" {
  description   = "back to the version before, without a loss"
  max_in_flight = 1

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 3 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "downgrade" {
    uses    = task.suite
    timeout = "2h"
    env     = { SUITE = "downgrade", TO = var.supported[length(var.supported) - 1] }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "backup" {
  description   = "backups of every supported version can be read"
  max_in_flight = 1

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 8 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "backup" {
    uses    = task.suite
    timeout = "2h"
    env     = { SUITE = "backup", VERSION = across.version, STORE = across.store }

    across "version" {
      values = var.supported
    }
    across "store" {
      values        = ["s3", "gcs", "azure", "nfs"]
      max_in_flight = 2
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "chaos" {
  description   = "nodes die, disks fill, clocks jump, networks split"
  max_in_flight = 1

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 10 }
    timeout  = "45m" # a lease waits for its turn
  }

  do "rounds" {
    across "fault" {
      values    = ["node", "disk", "clock", "network", "memory"]
      fail_fast = false # all that is wrong, not the first of it
    }

    task "inject" {
      uses    = task.suite
      timeout = "1h"
      env     = { SUITE = "chaos", FAULT = across.fault }

      on_failure {
        task "collect" {
          image   = local.lab
          inputs  = ["cluster"]
          outputs = ["evidence"]
          timeout = "15m"
          env     = { FAULT = across.fault }
          run     = ["lab", "collect", "--lease=cluster/lease.json", "--out=evidence"]
        }
        put "evidence" {
          resource = resource.s3.reports
          no_get   = true
          params   = { file = "evidence/tidewater-*.tar" }
        }
      }
    }

    task "verify" {
      uses    = task.suite
      timeout = "1h"
      env     = { SUITE = "history" } # were the histories linearizable?
    }

    on_failure {
      put "tell_storage" {
        resource = resource.slack.builds
        no_get   = true
        params   = { text = "${version.candidate.version} does not survive ${across.fault}: ${build.url}" }
      }
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "performance" {
  description   = "no slower than the release before"
  max_in_flight = 1
  serial_groups = ["metal"]

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.metal
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 6 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "performance" {
    uses    = task.suite
    tags    = ["lab"]
    timeout = "4h"
    env     = { SUITE = "performance" }
  }

  load "figures" {
    file   = "report/figures.json"
    reveal = true
  }

  task "compare" {
    image  = local.tools
    inputs = ["report", "release"]
    env    = { SLOWEST = load.figures.slowest.name, CHANGE = load.figures.slowest.change }
    script = <<-SH
      echo "$SLOWEST changed by $CHANGE"
      release/performance/compare --allow=3% report/figures.json
    SH
  }

  approval "slower" { # slower can be right: a fix may cost something
    when      = step.compare.status == "succeeded" && load.figures.slowest.change < -0.01
    message   = "${load.figures.slowest.name} is ${load.figures.slowest.change} slower in ${version.candidate.version}. Is that meant?"
    approvers = var.approvers
    timeout   = "72h"
  }

  put "figures" {
    resource = resource.s3.reports
    no_get   = true
    params   = { file = "report/tidewater-*.tar" }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.metal
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "soak" {
  description   = "hours under load: does it leak, does it grow"
  max_in_flight = 1
  serial_groups = ["metal"]

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.metal
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = var.soak_hours + 4 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "soak" {
    uses    = task.suite
    tags    = ["lab"]
    timeout = "80h"
    env     = { SUITE = "soak", HOURS = var.soak_hours }

    on_failure {
      put "tell_soak" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "${version.candidate.version} did not last ${var.soak_hours} hours: ${build.url}" }
      }
    }

    on_abort { # figures of half a night are figures
      put "partial" {
        resource = resource.s3.reports
        no_get   = true
        params   = { file = "report/tidewater-*.tar" }
      }
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.metal
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "kubernetes" {
  description   = "the operator on every version of Kubernetes"
  max_in_flight = 1

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 6 }
    timeout  = "45m" # a lease waits for its turn
  }

  get "operator_image" {
    resource = resource.image.operator-image
    passed   = [job.candidate]
  }

  task "kubernetes" {
    uses    = task.suite
    timeout = "2h"
    env     = { SUITE = "kubernetes", KUBERNETES = across.kubernetes }
    inputs  = ["release", "candidate", "cluster", "operator_image"]

    across "kubernetes" {
      values        = var.kubernetes
      max_in_flight = 1
      fail_fast     = true
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "console-in-browser" {
  description   = "a person with a browser"
  max_in_flight = 1

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 2 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "browsers" {
    image   = local.browser
    inputs  = ["release", "candidate", "cluster"]
    outputs = ["videos"]
    timeout = "40m"
    env     = { BROWSER = across.browser, LOCALE = across.locale }

    across "browser" {
      values        = ["chromium", "firefox", "webkit"]
      max_in_flight = "all"
    }
    across "locale" {
      values = ["en", "de", "ja", "ar"]
    }

    script = <<-SH
      npx playwright test --config=release/suites/console/playwright.config.ts --project="$BROWSER" --output=videos
    SH

    retry { # a browser is a browser
      attempts = 2
      on       = ["failed", "lost", "errored"]
    }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}

job "install-deb" {
  description   = "deb packages: install, upgrade, remove, on every distribution"
  max_in_flight = 2

  parallel "inputs" {
    get "packages" {
      resource = resource.s3.deb
      passed   = [job.candidate]
      params   = { unpack = true }
    }
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  task "install" {
    image      = local.lab
    inputs     = ["packages", "release"]
    privileged = true # weir:ignore W4011 systemd runs in it: units cannot be tested without
    timeout    = "30m"
    env        = { DISTRIBUTION = across.distribution, CYCLE = across.cycle }

    across "distribution" {
      values        = var.distributions.deb
      max_in_flight = 2
    }
    across "cycle" {
      values = ["fresh", "upgrade", "remove"]
    }

    script = <<-SH
      lab boot --root="$DISTRIBUTION" -- release/suites/packages/deb --cycle="$CYCLE" packages
    SH
  }
}

job "install-rpm" {
  description   = "rpm packages: install, upgrade, remove, on every distribution"
  max_in_flight = 2

  parallel "inputs" {
    get "packages" {
      resource = resource.s3.rpm
      passed   = [job.candidate]
      params   = { unpack = true }
    }
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
    }
    get "release" {
      passed = [job.smoke]
    }
  }

  task "install" {
    image      = local.lab
    inputs     = ["packages", "release"]
    privileged = true # weir:ignore W4011 systemd runs in it: units cannot be tested without
    timeout    = "30m"
    env        = { DISTRIBUTION = across.distribution, CYCLE = across.cycle }

    across "distribution" {
      values        = var.distributions.rpm
      max_in_flight = 2
    }
    across "cycle" {
      values = ["fresh", "upgrade", "remove"]
    }

    script = <<-SH
      lab boot --root="$DISTRIBUTION" -- release/suites/packages/rpm --cycle="$CYCLE" packages
    SH
  }
}

job "conformance-go" {
  description   = "the go client against the candidate's server"
  max_in_flight = 1

  parallel "inputs" {
    get "sdk" {
      resource = resource.git.sdk-go
      passed   = [job.candidate]
    }
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "conformance" {
    uses    = task.go
    inputs  = ["sdk", "candidate"]
    dir     = "sdk"
    timeout = "40m"
    env     = { TLS = across.tls, PROTOCOL = across.protocol }

    across "protocol" {
      values = ["v1", "v2"]
    }
    across "tls" {
      values = [true, false]
    }

    script = <<-SH
      ../candidate/bin/tidewater server --in-memory --protocol="$PROTOCOL" --tls="$TLS" --ready-file=/run/ready &
      timeout 60 sh -c 'until test -f /run/ready; do sleep 1; done'
      go test -tags=conformance ./conformance/...
    SH
  }
}

job "conformance-java" {
  description   = "the java client against the candidate's server"
  max_in_flight = 1

  parallel "inputs" {
    get "sdk" {
      resource = resource.git.sdk-java
      passed   = [job.candidate]
    }
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "conformance" {
    uses    = task.gradle
    inputs  = ["sdk", "candidate"]
    dir     = "sdk"
    timeout = "40m"
    env     = { TLS = across.tls, PROTOCOL = across.protocol }

    across "protocol" {
      values = ["v1", "v2"]
    }
    across "tls" {
      values = [true, false]
    }

    script = <<-SH
      ../candidate/bin/tidewater server --in-memory --protocol="$PROTOCOL" --tls="$TLS" --ready-file=/run/ready &
      timeout 60 sh -c 'until test -f /run/ready; do sleep 1; done'
      ./gradlew conformance
    SH
  }
}

job "conformance-python" {
  description   = "the python client against the candidate's server"
  max_in_flight = 1

  parallel "inputs" {
    get "sdk" {
      resource = resource.git.sdk-python
      passed   = [job.candidate]
    }
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "conformance" {
    uses    = task.python
    inputs  = ["sdk", "candidate"]
    dir     = "sdk"
    timeout = "40m"
    env     = { TLS = across.tls, PROTOCOL = across.protocol }

    across "protocol" {
      values = ["v1", "v2"]
    }
    across "tls" {
      values = [true, false]
    }

    script = <<-SH
      ../candidate/bin/tidewater server --in-memory --protocol="$PROTOCOL" --tls="$TLS" --ready-file=/run/ready &
      timeout 60 sh -c 'until test -f /run/ready; do sleep 1; done'
      uv run pytest -q conformance
    SH
  }
}

job "conformance-node" {
  description   = "the node client against the candidate's server"
  max_in_flight = 1

  parallel "inputs" {
    get "sdk" {
      resource = resource.git.sdk-node
      passed   = [job.candidate]
    }
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = true
      params   = { unpack = true }
    }
  }

  task "conformance" {
    uses    = task.node
    inputs  = ["sdk", "candidate"]
    dir     = "sdk"
    timeout = "40m"
    env     = { TLS = across.tls, PROTOCOL = across.protocol }

    across "protocol" {
      values = ["v1", "v2"]
    }
    across "tls" {
      values = [true, false]
    }

    script = <<-SH
      ../candidate/bin/tidewater server --in-memory --protocol="$PROTOCOL" --tls="$TLS" --ready-file=/run/ready &
      timeout 60 sh -c 'until test -f /run/ready; do sleep 1; done'
      npm run conformance
    SH
  }
}

# Once a week the longest tests run on the newest candidate, whether it is going to
# be released or not.
job "disaster" {
  description   = "lose a region, restore it from backups"
  max_in_flight = 1
  interruptible = true

  parallel "inputs" {
    get "candidate" {
      resource = resource.s3.candidate
      passed   = [job.smoke]
      trigger  = false
      params   = { unpack = true }
    }
    get "release" {
      passed = [job.smoke]
    }
    get "weekly" {
      trigger = true
    }
  }

  put "cluster" {
    resource = resource.lab.cluster
    params   = { action = "lease", owner = "${build.job}-${build.number}", hours = 14 }
    timeout  = "45m" # a lease waits for its turn
  }

  task "disaster" {
    uses    = task.suite
    timeout = "10h"
    env     = { SUITE = "disaster" }
  }

  ensure {
    put "give_back" {
      resource = resource.lab.cluster
      no_get   = true
      params   = { action = "release", owner = "${build.job}-${build.number}" }
      retry {
        attempts    = 10
        backoff     = "5s"
        max_backoff = "1m"
        on          = ["failed", "errored", "lost", "timeout"]
      }
    }
  }
}
