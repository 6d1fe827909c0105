# A library that must work on all that its users have: every version of Go, every
# database, every architecture. Jobs for what needs an image of its own, steps for
# what stands beside the task, across for what is only a value.
pipeline "sqlmap-compatibility" {
  team        = "data-access"
  description = "Test the library sqlmap on everything that it supports"

  defaults {
    timeout = "30m"
    limits {
      cpu    = 2
      memory = "3GiB"
    }
  }
}

variable "go_versions" {
  type        = set(string)
  default     = ["1.24", "1.25", "1.26"]
  description = "versions of Go that the library promises to work with"

  validation {
    condition     = alltrue([for v in var.go_versions : can(regex("^1\\.[0-9]+$", v))])
    error_message = "A version of Go has two parts here: 1.26. The patch release comes with the image."
  }
}

variable "databases" {
  description = "databases to test with, and how to know that they are up"

  type = map(object({
    image = string
    env   = map(string)
    ready = list(string)
    url   = string
  }))

  default = {
    postgres-15 = {
      image = "registry.example.com/mirror/postgres:15@sha256:04aad661baa5d1518f5a08d058d1a82d61dfa36082b2bea7c289768b6fad9101"
      env   = { POSTGRES_USER = "sqlmap", POSTGRES_HOST_AUTH_METHOD = "trust" }
      ready = ["pg_isready", "-U", "sqlmap"]
      url   = "postgres://sqlmap@db/sqlmap?sslmode=disable"
    }
    postgres-17 = {
      image = "registry.example.com/mirror/postgres:17@sha256:d4a85c148b8db9a5f072c938b1fb09e75d110c31bd71f3f8ba0aad93a890dba3"
      env   = { POSTGRES_USER = "sqlmap", POSTGRES_HOST_AUTH_METHOD = "trust" }
      ready = ["pg_isready", "-U", "sqlmap"]
      url   = "postgres://sqlmap@db/sqlmap?sslmode=disable"
    }
    mysql-8 = {
      image = "registry.example.com/mirror/mysql:8.4@sha256:5c306772079521fbb7d0c7a6c645d6befb2bd1919aee22257089f810328b8772"
      env   = { MYSQL_ALLOW_EMPTY_PASSWORD = "yes", MYSQL_DATABASE = "sqlmap" }
      ready = ["mysqladmin", "ping", "--silent"]
      url   = "mysql://root@db/sqlmap"
    }
    mariadb-11 = {
      image = "registry.example.com/mirror/mariadb:11.8@sha256:a92852ab7bd83541edcd30bdce801ed5e908571b59c99e866c731784c36532d4"
      env   = { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD = "yes", MARIADB_DATABASE = "sqlmap" }
      ready = ["healthcheck.sh", "--connect"]
      url   = "mysql://root@db/sqlmap"
    }
  }
}

locals {
  images = {
    "1.24" = "registry.example.com/mirror/golang:1.24@sha256:3faf82bf838eaaf19be6ff862b85246ff272d818f60bcd063ecc4ec370efc669"
    "1.25" = "registry.example.com/mirror/golang:1.25@sha256:7f5a0c88ec51b3a348df3a3e6bd53094bafefa4a5d63474d63e69c68c5939864"
    "1.26" = "registry.example.com/mirror/golang:1.26@sha256:4c9f8eef009959b5042e4825aadb53b439a8fdd1b051665076f3f668098446a5"
  }
  newest = reverse(sort(var.go_versions))[0]
}

resource "git" "sqlmap" {
  source = { uri = "https://git.example.com/data-access/sqlmap.git", branch = "main" }
}

task "go" {
  inputs = ["sqlmap"]
  dir    = "sqlmap"
  caches = ["/cache/go"]
  env    = { GOCACHE = "/cache/go/build", GOMODCACHE = "/cache/go/mod", GOTOOLCHAIN = "local" }
}

group "compatibility" {
  description = "one job for each version of Go"
  jobs        = values(job.go)
}
