# Test what is pushed, and ship only what passed.
pipeline "shop" {
  team        = "payments"
  description = "Build, test and ship the shop"
  labels      = { tier = "1" }

  defaults {
    timeout = "1h"
    retry {
      attempts = 2
      on       = ["lost"]
    }
  }
}

resource "git" "app" {
  source = {
    uri    = "https://git.example.com/shop/app.git"
    branch = var.branch
  }
  check {
    every = "30s"
  }
  icon = "git"
}

resource "git" "release" {
  source = {
    uri    = "https://git.example.com/shop/release.git"
    branch = "main"
  }
  check {
    every = "never" # it changes only through the job ship
  }
}

task "go" {
  image  = local.go_image
  inputs = ["app"]
  dir    = "app"
  caches = ["/cache/go-build"]
  env = {
    CGO_ENABLED = "0"
    GOCACHE     = "/cache/go-build"
  }
  limits {
    cpu    = 2
    memory = "2GiB"
  }
}

job "unit" {
  description   = "fast tests"
  max_in_flight = 4

  retention {
    builds            = 200
    days              = 30
    minimum_succeeded = 1
  }

  get "app" {
    trigger = true
  }

  task "test" {
    uses = task.go
    run  = ["go", "test", "./..."]
  }
}

job "ship" {
  description   = "take what passed unit and publish it"
  serial_groups = ["release"]

  get "app" {
    trigger = true
    passed  = [job.unit]
  }

  get "release" {}

  task "build" {
    uses    = task.go
    inputs  = ["app", "release"]
    outputs = ["out"]
    env     = { MESSAGE = "${pipeline.name}: ${version.app.ref}, build ${build.number}" }
    script  = <<-SH
      cp -a ../release/. ../out
      go build -o ../out/shop ./cmd/shop
      git -C ../out add shop
      git -C ../out commit -m "$MESSAGE"
    SH
  }

  put "release" {
    params = { repository = "out" }
    retry {
      attempts = 3
      backoff  = "5s"
      on       = ["errored"]
    }
  }
}
