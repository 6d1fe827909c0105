# One service of the repository.
locals {
  dir = "services/${var.name}"
}

resource "git" "source" {
  source = {
    uri    = var.uri
    branch = "main"
    paths  = ["${local.dir}/**", "libraries/**"] # a change elsewhere is no version of it
  }
  check {
    every = "2m"
  }
}

job "unit" {
  description   = "tests of ${var.name}"
  max_in_flight = 2

  get "source" {
    trigger = true
    params  = { depth = 1 }
  }
  parallel {
    fail_fast = true

    task "unit" {
      image  = var.image
      inputs = ["source"]
      dir    = "source/${local.dir}"
      run    = var.run
    }
    dynamic "task" {
      for_each = var.checks
      iterator = check
      labels   = [check.value]
      content {
        image  = var.image
        inputs = ["source"]
        dir    = "source"
        run    = ["tools/checks/${check.value}", local.dir]
      }
    }
  }
}

job "pack" {
  serial_groups = ["deployments"] # of the module's own; the put below rebases

  get "source" {
    passed  = [job.unit]
    trigger = true
  }
  get "deployments" {
    resource = var.deployments
  }
  task "image" {
    image   = var.image
    inputs  = ["source", "deployments"]
    outputs = ["state"]
    dir     = "source"
    run     = ["tools/pack", local.dir, "../deployments", "../state"]
    env     = { TAG = "${var.name}-${version.source.ref}" }
  }
  put "deployments" {
    resource = var.deployments
    params   = { repository = "state", rebase = true }
  }
}

output "unit" {
  value = job.unit
}

output "pack" {
  value = job.pack
}

check "packs_only_what_passed" {
  assert {
    condition     = jobs.pack.passed == [jobs.unit.address]
    error_message = "A service is packed only after its unit tests."
  }
}
