# A release that is watched: a small part of the traffic first, then a person who
# has seen the figures, then everything; and back by itself where that goes wrong.
pipeline "storefront-delivery" {
  team        = "storefront"
  description = "Bring the storefront to production by way of a canary"
  labels      = { service = "storefront", tier = "0" }

  defaults {
    timeout = "15m"
    tags    = ["production-network"]
    retry {
      attempts = 2
      on       = ["lost"]
    }
  }
}

variable "canary_percent" {
  type        = number
  default     = 5
  description = "how much of the traffic the canary gets, unless a build is started with another share"

  validation {
    condition     = var.canary_percent >= 1 && var.canary_percent <= 50
    error_message = "A canary gets between 1 and 50 percent of the traffic."
  }
}

variable "max_error_rate" {
  type        = number
  default     = 0.01
  description = "the part of the canary's requests that may fail"
}

locals {
  tools  = "registry.example.com/storefront/deploy-tools:4.2@sha256:afea86d57fd0873dc4639235dcc87115897ed809efd02f251be33b649e8541a8"
  oncall = "storefront-oncall"
}

secret_source "vault" "ci" {
  config = { address = "https://vault.example.com", path_prefix = "/weir/storefront" }
}

resource_type "image" {
  image = "registry.example.com/mirror/registry-image-resource:1.12@sha256:214e3319a285f8dd8e8ee01ebd1667ad461c5c9b951883b9eab2905b17f5043d"
  defaults = {
    username = secret.ci.registry.username
    password = secret.ci.registry.password
  }
}

resource_type "rollout" {
  image    = "registry.example.com/storefront/rollout-resource:2.1@sha256:85f195cd17d7a4886c18a78dd0671c381c9f079fbdd003d48e1b12145dd3b8a5"
  defaults = { cluster = "prod-eu-1", token = secret.ci.cluster.token }
}

resource_type "slack" {
  image = "registry.example.com/mirror/slack-notification-resource:1.8@sha256:1b7885b800bff837830d039a7d994b614c11c82b0175cea117caabe0befe570b"
}

resource "git" "storefront" {
  source = { uri = "https://git.example.com/storefront/storefront.git", branch = "main" }
  check {
    every = "1m"
  }
}

resource "image" "storefront" {
  source = { repository = "registry.example.com/storefront/storefront" }
  check {
    every = "never" # it changes through the job build only
  }
}

# What runs in production; a put makes it so, and its versions are what was.
resource "rollout" "production" {
  source = { namespace = "storefront", deployment = "web" }
  check {
    every = "5m"
  }
}

resource "slack" "releases" {
  source = { url = secret.ci.slack.releases }
}

group "delivery" {
  description = "from a commit to all of the traffic"
  jobs        = [job.build, job.canary, job.promote]
}

group "emergency" {
  description = "by hand"
  jobs        = [job.rollback]
}
