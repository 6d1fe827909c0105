# The smallest pipeline that does something.
pipeline "hello" {}

job "hello" {
  task "greet" {
    image   = "docker.io/library/busybox:1.37" # weir:ignore W4001 short, for a first look; weir lock would pin it
    run     = ["echo", "Hello from Weir"]
    timeout = "1m"
  }
}
