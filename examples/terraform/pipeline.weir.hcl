# Infrastructure with a gate: what was planned is what a person reads, and what
# was read is what is applied, environment after environment.
pipeline "platform-infrastructure" {
  team        = "platform"
  description = "Plan and apply the Terraform of all environments"

  defaults {
    timeout = "45m"
    on_error {
      put "tell_broken" {
        resource = resource.slack.platform
        no_get   = true
        params   = { text = "${build.job} #${build.number} broke: ${build.url}" }
      }
    }
  }
}

variable "environments" {
  description = "in the order in which changes reach them"

  type = list(object({
    name      = string
    account   = string
    region    = string
    approvers = optional(list(string), [])
  }))

  default = [
    { name = "sandbox", account = "210000000001", region = "eu-central-1" },
    { name = "staging", account = "210000000002", region = "eu-central-1", approvers = ["role:member"] },
    { name = "production", account = "210000000003", region = "eu-west-1", approvers = ["role:owner", "user:sre-lead"] },
  ]

  validation {
    condition     = length(distinct(var.environments[*].name)) == length(var.environments)
    error_message = "Two environments have the same name."
  }

  validation {
    condition     = alltrue([for e in var.environments : can(regex("^[0-9]{12}$", e.account))])
    error_message = "The number of an account has twelve digits."
  }
}

locals {
  terraform = "registry.example.com/mirror/terraform:1.13@sha256:250891bf73519780345f7000855dfc7e76b2fef0ad6fbf0aa2e9ed7ad26feee9"

  # Each environment by its name, with the one before it.
  environments = {
    for i, e in var.environments : e.name => merge(e, { before = i == 0 ? "" : var.environments[i - 1].name })
  }
}

secret_source "aws_secrets_manager" "aws" {
  config = { region = "eu-central-1", prefix = "weir/platform/" }
}

resource_type "slack" {
  image = "registry.example.com/mirror/slack-notification-resource:1.8@sha256:1b7885b800bff837830d039a7d994b614c11c82b0175cea117caabe0befe570b"
}

resource "git" "infrastructure" {
  source = { uri = "https://git.example.com/platform/infrastructure.git", branch = "main" }
  webhook {
    token   = secret.aws.git_hook_token
    filters = { "body.ref" = "refs/heads/main" }
  }
}

# Once a day all environments are planned anew: who has changed something by hand
# is found by that.
resource "time" "daily" {
  source = { interval = "24h" }
}

resource "slack" "platform" {
  source = { url = secret.aws.slack_url }
}

task "terraform" {
  image  = local.terraform
  inputs = ["infrastructure"]
  caches = ["/cache/plugins"]
  env = {
    TF_IN_AUTOMATION    = "1"
    TF_INPUT            = "0"
    TF_PLUGIN_CACHE_DIR = "/cache/plugins"
  }
}
