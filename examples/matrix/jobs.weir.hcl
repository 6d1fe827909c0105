job "go" {
  for_each    = var.go_versions
  description = "everything with Go ${each.key}"

  get "sqlmap" {
    trigger = true
  }

  parallel {
    # On every architecture that users have. The workers run the others by
    # emulation, so two at once are enough.
    task "unit" {
      uses  = task.go
      image = local.images[each.key]

      across "arch" {
        values        = ["amd64", "arm64", "riscv64"]
        max_in_flight = 2
      }
      across "tags" {
        values = ["default", "purego"]
      }

      when = across.arch != "riscv64" || each.key == local.newest # older ones do not have it
      env  = { GOARCH = across.arch, CGO_ENABLED = "0", GOFLAGS = "-tags=${across.tags}" }
      run  = ["go", "test", "./..."]
    }

    # A service is a part of its step, so each database has a step of its own.
    dynamic "task" {
      for_each = var.databases
      iterator = database
      labels   = ["with-${database.key}"]
      content {
        uses  = task.go
        image = local.images[each.key]
        env   = { SQLMAP_TEST_URL = database.value.url }
        run   = ["go", "test", "-tags=integration", "./..."]

        service "db" {
          image = database.value.image
          env   = database.value.env
          ready {
            command = database.value.ready
            timeout = "2m"
          }
        }
      }
    }
  }
}

job "supported" {
  description = "a commit that works everywhere"

  get "sqlmap" {
    trigger = true
    passed  = values(job.go)
  }

  task "lint" {
    uses  = task.go
    image = local.images[local.newest]
    run   = ["go", "vet", "./..."]
  }
}

check "the_matrix_is_whole" {
  assert {
    condition     = length(jobs.supported.passed) == length(var.go_versions)
    error_message = "What is supported has passed with every version of Go."
  }
  assert {
    condition     = alltrue([for v in var.go_versions : contains(keys(local.images), v)])
    error_message = "A version of Go has no image: add it to local.images."
  }
}
