variable "uri" {
  type        = string
  default     = "https://git.example.com/shop/monorepo.git"
  description = "the repository with the services, each in services/NAME"
}

variable "deployments" {
  type        = string
  default     = "https://git.example.com/shop/deployments.git"
  description = "the repository with the state of the environments"
}

locals {
  # The services by their language; those with a + are public.
  written = {
    go     = "+cart +catalogue +checkout +gateway +payments +prices +search +shipping accounting billing currencies inventory ledger orders stock taxes"
    java   = "+loyalty +returns +reviews +subscriptions contracts fraud invoices suppliers warehouse"
    node   = "+account +admin +mail +storefront +widgets newsletter surveys translations"
    python = "+recommendations +reports +suggestions forecasts images ranking segments"
  }
  services = merge([for language, names in local.written : {
    for name in split(" ", names) : trimprefix(name, "+") => { language = language, public = startswith(name, "+") }
  }]...)

  images = {
    go     = "docker.io/library/golang:1.26@sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
    java   = "docker.io/library/eclipse-temurin:25@sha256:1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"
    node   = "docker.io/library/node:24@sha256:2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f"
    python = "docker.io/library/python:3.14@sha256:3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f"
  }
  tests = {
    go     = ["go", "test", "./..."]
    java   = ["./gradlew", "check"]
    node   = ["npm", "test"]
    python = ["python", "-m", "pytest"]
  }
}
