variable "branch" {
  type        = string
  default     = "main"
  description = "the branch to build and ship"

  validation {
    condition     = can(regex("^[a-z0-9/_-]+$", var.branch))
    error_message = "A branch name has only lower-case letters, digits, /, _ and -."
  }
}

variable "go" {
  type    = string
  default = "1.26"
}

locals {
  go_image = "docker.io/library/golang:${var.go}"
}
