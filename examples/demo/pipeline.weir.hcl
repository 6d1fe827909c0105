# The pipeline of `make demo`: a commit is tested in a container; what passed is
# packed and put into a second repository.

pipeline "demo" {
  description = "Test the greeter, ship what passed"
}

variable "git" {
  type        = string
  description = "where the git server is, for example http://10.99.0.2:8080"
}

variable "image" {
  type        = string
  description = "an image with a shell, for example oci:/path/to/layout"
}

resource "git" "app" {
  source = {
    uri    = "${var.git}/app.git"
    branch = "main"
  }
  check {
    every = "2s" # weir:ignore W4012 a demonstration is watched, on a server of its own
  }
}

resource "git" "releases" {
  source = {
    uri    = "${var.git}/releases.git"
    branch = "main"
  }
  check {
    every = "never"
  }
}

job "test" {
  max_in_flight = 1

  get "app" {
    trigger = true
  }
  task "test" {
    image   = var.image
    inputs  = ["app"]
    dir     = "app"
    run     = ["./test.sh"]
    timeout = "5m"
  }
}

job "ship" {
  serial_groups = ["release"]

  get "app" {
    passed  = [job.test]
    trigger = true
  }
  get "releases" {}

  task "package" {
    image   = var.image
    inputs  = ["app", "releases"]
    outputs = ["out"]
    env     = { REF = version.app.ref }
    timeout = "5m"
    script  = <<-SH
      cp -a releases/. out/
      mkdir -p "out/$REF"
      tar -cf "out/$REF/greeter.tar" -C app greet.sh
      echo "$REF" > out/LATEST
      ls -l "out/$REF"
    SH
  }
  put "releases" {
    inputs = ["out"]
    params = {
      repository = "out"
      commit     = "Release ${version.app.ref}"
    }
  }
}
