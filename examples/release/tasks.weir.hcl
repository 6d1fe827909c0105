# What many jobs do in the same way.
task "go" {
  image  = local.go
  caches = ["/cache/go"]
  env = {
    CGO_ENABLED = "0"
    GOCACHE     = "/cache/go/build"
    GOMODCACHE  = "/cache/go/mod"
    GOFLAGS     = "-mod=readonly -trimpath"
  }
}

task "rust" {
  image  = local.rust
  caches = ["/cache/cargo", "/cache/target"]
  env    = { CARGO_HOME = "/cache/cargo", CARGO_TARGET_DIR = "/cache/target", CARGO_INCREMENTAL = "0" }
}

task "node" {
  image  = local.node
  caches = ["/cache/npm"]
  env    = { npm_config_cache = "/cache/npm", CI = "true" }
}

task "gradle" {
  image  = local.java
  caches = ["/cache/gradle"]
  env    = { GRADLE_USER_HOME = "/cache/gradle", GRADLE_OPTS = "-Dorg.gradle.daemon=false" }
}

task "python" {
  image  = local.python
  caches = ["/cache/uv"]
  env    = { UV_CACHE_DIR = "/cache/uv", UV_FROZEN = "1" }
}

# Builds an image from a directory with a Dockerfile and what it copies.
task "image" {
  image   = local.builder
  outputs = ["image"]
  caches  = ["/cache/layers"]
  env     = { SOURCE_DATE_EPOCH = "0" }
  script  = <<-SH
    buildctl-daemonless.sh build --frontend dockerfile.v0 --local context="$CONTEXT" --local dockerfile="$CONTEXT" \
      --opt platform=linux/amd64,linux/arm64 --opt build-arg:VERSION="$VERSION" \
      --import-cache type=local,src=/cache/layers --export-cache type=local,dest=/cache/layers \
      --output type=oci,dest=image/image.tar,rewrite-timestamp=true
  SH
}

# Runs one suite of the system tests on a leased cluster.
task "suite" {
  image   = local.lab
  inputs  = ["release", "candidate", "cluster"]
  outputs = ["report"]
  script  = <<-SH
    lab install --lease=cluster/lease.json --from=candidate
    lab run --lease=cluster/lease.json --suite="release/suites/$SUITE" --report=report
  SH
}

task "publish" {
  image    = local.tools
  inputs   = ["signed"]
  hermetic = false
  limits {
    cpu    = 1
    memory = "2GiB"
  }
}
