variable "branch" {
  type        = string
  default     = "main"
  description = "the branch to build and ship"

  validation {
    condition     = can(regex("^[a-z0-9/_-]+$", var.branch))
    error_message = "A branch name has only lower-case letters, digits, /, _ and -."
  }
}

locals {
  go_image = "registry.example.com/mirror/golang:1.26@sha256:4c9f8eef009959b5042e4825aadb53b439a8fdd1b051665076f3f668098446a5"
}
