job "validate" {
  description = "what can be said without an account"

  get "infrastructure" {
    trigger = true
  }

  parallel {
    task "format" {
      uses     = task.terraform
      hermetic = true
      run      = ["terraform", "-chdir=infrastructure", "fmt", "-check", "-recursive", "-diff"]
    }

    dynamic "task" {
      for_each = var.environments[*].name
      labels   = ["validate-${task.value}"]
      content {
        uses   = task.terraform
        dir    = "infrastructure/environments/${task.value}"
        script = <<-SH
          terraform init -backend=false
          terraform validate
        SH
      }
    }
  }
}

# One job for an environment. It plans, asks, and applies just that plan: with two
# jobs there would be two plans, and nobody would have read the second.
job "apply" {
  for_each      = local.environments
  description   = "plan, ask, apply: ${each.key}"
  serial_groups = ["state-${each.key}"]

  concurrency {
    key = "terraform-${each.key}"
  }

  retention {
    days              = 400
    minimum_succeeded = 20
  }

  get "infrastructure" {
    trigger = true
    passed  = [job.validate]
  }

  get "daily" {
    trigger = true
  }

  task "plan" {
    uses    = task.terraform
    outputs = ["plan"]
    dir     = "infrastructure/environments/${each.key}"
    env = {
      AWS_REGION  = each.value.region
      AWS_ROLE    = "arn:aws:iam::${each.value.account}:role/weir-plan"
      CREDENTIALS = secret.aws.runner
    }
    script = <<-SH
      terraform init
      terraform plan -lock-timeout=5m -out=../../../plan/plan.bin
      terraform show -json ../../../plan/plan.bin |
        jq '{ changes: [.resource_changes[] | select(.change.actions != ["no-op"])] | length,
              destroys: [.resource_changes[] | select(.change.actions | index("delete"))] | length }' > ../../../plan/summary.json
    SH
  }

  load "summary" {
    file   = "plan/summary.json"
    reveal = true
  }

  approval "apply" {
    when      = load.summary.destroys > 0 || (load.summary.changes > 0 && each.key != "sandbox")
    message   = "Apply ${load.summary.changes} changes (${load.summary.destroys} of them destroy something) to ${each.key}? The plan is in the log of ${build.url}."
    approvers = each.value.approvers
    timeout   = "24h"
  }

  task "apply" {
    when   = load.summary.changes > 0
    uses   = task.terraform
    inputs = ["infrastructure", "plan"]
    dir    = "infrastructure/environments/${each.key}"
    env = {
      AWS_REGION  = each.value.region
      AWS_ROLE    = "arn:aws:iam::${each.value.account}:role/weir-apply"
      CREDENTIALS = secret.aws.runner
    }
    script = <<-SH
      terraform init
      terraform apply -lock-timeout=5m ../../../plan/plan.bin
    SH

    # Half of a plan may have been applied: the next build must plan anew, so
    # nothing is repeated here.
    on_failure {
      put "tell" {
        resource = resource.slack.platform
        no_get   = true
        params   = { text = "Applying to ${each.key} failed, and has changed a part of it: ${build.url}" }
      }
    }
  }
}

# Instances had names of their own before for_each came.
moved {
  from = job.apply-production
  to   = job.apply["production"]
}

moved {
  from = job.apply-staging
  to   = job.apply["staging"]
}

check "somebody_reads_it" {
  assert {
    condition     = alltrue([for e in var.environments : e.name == "sandbox" || length(e.approvers) > 0])
    error_message = "Every environment but the sandbox names who may approve a plan."
  }
}
