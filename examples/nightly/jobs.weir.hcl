# All jobs of a night get the same commit and the same test data: each takes the
# versions that passed the job before.
job "testdata" {
  description = "anonymise yesterday's snapshot"

  parallel "inputs" {
    get "night" {
      trigger = true
    }
    get "ledger" {}
  }

  task "anonymise" {
    image   = local.tools
    inputs  = ["ledger"]
    outputs = ["dump"]
    env     = { SNAPSHOT_URL = "https://snapshots.example.com/ledger/latest", TOKEN = secret.ci.snapshots.token }
    limits {
      cpu    = 4
      memory = "16GiB"
    }
    script = <<-SH
      stamp=$(date -u +%Y%m%d)
      curl --fail --silent -H "Authorization: Bearer $TOKEN" "$SNAPSHOT_URL" |
        anonymise --rules=ledger/testdata/rules.yml | zstd -T0 > "dump/ledger-$stamp.dump.zst"
    SH
  }

  put "testdata" {
    params = { file = "dump/ledger-*.dump.zst" }
  }
}

job "integration" {
  description = "all integration tests on fresh test data, four at once"

  parallel "inputs" {
    get "night" {
      passed  = [job.testdata]
      trigger = true
    }
    get "ledger" {
      passed = [job.testdata]
    }
    get "testdata" {
      passed = [job.testdata]
    }
  }

  task "test" {
    uses   = task.go
    inputs = ["ledger", "testdata"]

    across "shard" {
      values        = range(4)
      max_in_flight = "all"
    }

    env    = { SHARD = across.shard, SHARDS = 4, DATABASE_URL = local.base }
    script = <<-SH
      zstd -dc ../testdata/*.dump.zst | pg_restore --dbname="$DATABASE_URL"
      go test -tags=integration -timeout=150m -run-shard="$SHARD/$SHARDS" ./...
    SH
  }
}

job "race" {
  description = "unit tests with the race detector, in random order, twenty times"

  parallel "inputs" {
    get "night" {
      passed  = [job.testdata]
      trigger = true
    }
    get "ledger" {
      passed = [job.testdata]
    }
  }

  task "test" {
    uses = task.go
    env  = { CGO_ENABLED = "1", DATABASE_URL = local.base }
    run  = ["go", "test", "-race", "-shuffle=on", "-count=20", "./..."]
  }
}

job "performance" {
  description   = "against last week's figures; alone on its machine"
  serial_groups = ["bare-metal"]

  retention {
    days = 180 # to see what has grown slowly
  }

  parallel "inputs" {
    get "night" {
      passed  = [job.integration, job.race]
      trigger = true
    }
    get "ledger" {
      passed = [job.integration, job.race]
    }
    get "testdata" {
      passed = [job.integration]
    }
  }

  task "benchmark" {
    uses    = task.go
    inputs  = ["ledger", "testdata"]
    outputs = ["report"]
    tags    = ["bare-metal"]
    env     = { DATABASE_URL = local.base }
    script  = <<-SH
      go test -run='^$' -bench=. -count=10 ./... | tee ../report/new.txt
      go run ./tools/benchcheck --baseline=https://bench.example.com/ledger --max-slower=5% ../report/new.txt
    SH
  }

  on_success {
    put "good_morning" {
      resource = resource.slack.channel
      no_get   = true
      params   = { text = "Good morning. All of last night's tests of ${version.ledger.ref} passed." }
    }
  }
}

# No version is passed on from here, so a schedule is enough.
job "upkeep" {
  description   = "old branches, old images, old test data"
  interruptible = true

  schedule {
    cron     = "15 4 * * 6"
    timezone = var.timezone
    catch_up = "latest"
  }

  concurrency { # never together with another pipeline's clean-up of the same registry
    key    = "registry-upkeep"
    on_new = "replace_pending"
  }

  task "clean" {
    image = local.tools
    across "what" {
      values = ["images", "branches", "testdata"]
    }
    env    = { TOKEN = secret.ci.upkeep.token, WHAT = across.what } # a command line is known before a run: what is not, goes by env
    script = <<-SH
      clean-up "$WHAT" --older-than=30d --keep=10
    SH
  }
}
