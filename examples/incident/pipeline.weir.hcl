# A runbook that a pager starts: what was written in a wiki, and read at three in
# the morning, is run. What could do harm waits for a person.
pipeline "orders-database-runbook" {
  team        = "orders"
  description = "What is done when the pager says that the orders database is in trouble"
  labels      = { service = "orders-db", runbook = "RB-017" }

  defaults {
    timeout = "10m"
    tags    = ["production-network"]
    retry {
      attempts    = 3
      backoff     = "2s"
      max_backoff = "20s"
      on          = ["errored", "lost", "timeout"]
    }
  }
}

variable "cluster" {
  type = object({
    primary  = string
    replicas = list(string)
  })
  default = {
    primary  = "orders-db-0.db.example.com"
    replicas = ["orders-db-1.db.example.com", "orders-db-2.db.example.com"]
  }
  description = "the database servers that this runbook is for"

  validation {
    condition     = length(var.cluster.replicas) > 0 && !contains(var.cluster.replicas, var.cluster.primary)
    error_message = "A failover needs a replica that is not the primary."
  }
}

variable "max_lag_seconds" {
  type        = number
  default     = 5
  description = "how far behind a replica may be and still take over"
}

locals {
  tools   = "registry.example.com/orders/db-runbook:3.4@sha256:466c368cd08247ebb842b055471e4e570599aa8189801fb9679b8af24b09b9cb"
  servers = concat([var.cluster.primary], var.cluster.replicas)
}

secret_source "vault" "runbook" {
  config = { address = "https://vault.example.com", path_prefix = "/weir/orders/runbook" }
}

resource_type "incident" {
  image    = "registry.example.com/orders/incident-resource:1.3@sha256:7f0a081384ece1e2ffb75e78605e0b5f19ae44eeb0b9bd8fbd449f471894aa31"
  defaults = { api = "https://pager.example.com/api/v2", token = secret.runbook.pager.token }
}

resource_type "statuspage" {
  image = "registry.example.com/orders/statuspage-resource:0.9@sha256:79ddf5eca566c3e2cac0133d3c20ac0e19b90cf51af0bc39a5d69fd3eaeaa4a7"
}

# The pager calls; nobody polls. A call without the token, or about anything
# else, starts nothing.
resource "incident" "orders_db" {
  source = { service = "orders-db", urgency = "high" }

  check {
    every   = "never"
    timeout = "1m"
  }

  webhook {
    token = secret.runbook.pager.hook_token
    filters = {
      "body.event.event_type"      = "incident.triggered"
      "body.event.data.service.id" = "orders-db"
    }
  }

  icon = "fire"
}

resource "statuspage" "shop" {
  source = { page = "shop", token = secret.runbook.statuspage.token }
  check {
    every = "never"
  }
}

task "tools" {
  image = local.tools
  env   = { PGUSER = "runbook", PGPASSWORD = secret.runbook.database.password, PGCONNECT_TIMEOUT = "5" }
  limits {
    memory = "512MiB"
    pids   = 64
  }
}
