variable "branch" {
  type        = string
  default     = "main"
  description = "the branch that is released: main, or release/X.Y for a patch"

  validation {
    condition     = var.branch == "main" || can(regex("^release/[0-9]+\\.[0-9]+$", var.branch))
    error_message = "Releases come from main or from a branch release/X.Y."
  }
}

variable "supported" {
  type        = list(string)
  default     = ["4.9", "4.10", "4.11", "5.0"]
  description = "versions from which an upgrade must work, oldest first"

  validation {
    condition     = length(var.supported) > 0 && alltrue([for v in var.supported : can(regex("^[0-9]+\\.[0-9]+$", v))])
    error_message = "At least one version is supported; each is written X.Y."
  }
}

variable "distributions" {
  description = "where packages are installed for a test, by the kind of package"

  type = object({
    deb = list(string)
    rpm = list(string)
  })

  default = {
    deb = ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"]
    rpm = ["rhel-8", "rhel-9", "rhel-10", "fedora-43", "sles-15"]
  }
}

variable "kubernetes" {
  type        = list(string)
  default     = ["1.32", "1.33", "1.34"]
  description = "versions of Kubernetes that the operator supports"
}

variable "soak_hours" {
  type        = number
  default     = 12
  description = "how long a candidate runs under load before anybody signs it off"

  validation {
    condition     = var.soak_hours >= 1 && var.soak_hours <= 72
    error_message = "Between one hour and three days: a longer test belongs in a pipeline of its own."
  }
}

variable "approvers" {
  type        = list(string)
  default     = ["role:owner", "user:release-manager"]
  description = "who may sign a release off"
}

locals {
  forge     = "https://git.example.com/tidewater"
  registry  = "registry.example.com/tidewater"
  downloads = "https://downloads.example.com/tidewater"

  go      = "registry.example.com/mirror/golang:1.26@sha256:4c9f8eef009959b5042e4825aadb53b439a8fdd1b051665076f3f668098446a5"
  rust    = "registry.example.com/mirror/rust:1.91@sha256:7132ab4eb532484b2cbb0ccff6e224f9bb015c15aa9ccf709c6b9101ae8840be"
  node    = "registry.example.com/mirror/node:24@sha256:0c077cc2b40ee15608fa4d6178994e52529ef2cb809b249741be563a221b8082"
  java    = "registry.example.com/mirror/temurin:25@sha256:cdc040b29b706a22939748fee87dc4e7557904ae35c0df22b65b44359c9c02fb"
  python  = "registry.example.com/mirror/python:3.14@sha256:32fd5f6ffbdfd513f839479a2e65dfe475bf381ac759b39eff2495be4283d005"
  hugo    = "registry.example.com/mirror/hugo:0.152@sha256:e13c04ab5a9df4eb391384dd419091fd593eb96455eb1b21ea183b4df439fd3b"
  browser = "registry.example.com/mirror/playwright:1.56@sha256:2391f64a31030f20471970d9f2b3bc67d54cef921311994615a7978868da4600"
  builder = "registry.example.com/mirror/buildkit-rootless:0.25@sha256:bcb47b0dd4a1cbbc98ab869715e0f5131cdec83cd76493d37e8f006a94fff683"
  scanner = "registry.example.com/mirror/trivy:0.66@sha256:eee07b2d9b8da112092434b0c8287092249ef03b57f96ffb6551bd9fac8e103e"
  helm    = "registry.example.com/mirror/helm:3.19@sha256:bed6e4e1c28208d59657adffcc2c72676b77c7ca2433370c757ded914e5702bb"
  wine    = "registry.example.com/mirror/wixl:0.103@sha256:413d4417f16fff330429b170cf9511c6b2dc311aea0db3b382eb53400d01cc11"
  tools   = "registry.example.com/tidewater/release-tools:7.3@sha256:50e77ea327c4e099faca29dd85552ceff365b0fe22cd774e789f4565a0adf36a"
  lab     = "registry.example.com/tidewater/lab:12.0@sha256:b4d6bd79203c7f19a617ddced567ef7fab1960bff673fd3c6a6ff5a1d3f8aa55"

  platforms = ["linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"]
}
