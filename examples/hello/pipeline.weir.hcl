# The smallest pipeline that does something.
pipeline "hello" {}

job "hello" {
  task "greet" {
    image = "docker.io/library/busybox:1.37"
    run   = ["echo", "Hello from Weir"]
  }
}
