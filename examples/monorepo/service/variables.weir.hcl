variable "name" {
  type        = string
  description = "of the service: its directory below services/"

  validation {
    condition     = can(regex("^[a-z][a-z-]*$", var.name))
    error_message = "A service's name has lower-case letters and hyphens."
  }
}

variable "uri" {
  type        = string
  description = "of the repository"
}

variable "image" {
  type        = string
  description = "what its tests run in"
}

variable "run" {
  type        = list(string)
  description = "the command of its tests"
}

variable "checks" {
  type        = list(string)
  default     = []
  description = "scripts of tools/checks that must be content with it"
}

variable "deployments" {
  description = "the git resource that says what runs where"
}
