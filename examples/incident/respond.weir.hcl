job "respond" {
  description            = "look, save what will be gone, propose, act"
  disable_manual_trigger = false # a person may rehearse it
  priority               = 50    # before whatever else waits for a worker

  concurrency { # a second page about the same trouble waits
    key    = "orders-db"
    on_new = "queue"
  }

  retention {
    days = 1000 # reviews of incidents look back far
  }

  get "incident" {
    resource = resource.incident.orders_db
    trigger  = true
    version  = "every"
  }

  put "acknowledge" {
    resource = resource.incident.orders_db
    no_get   = true
    params   = { incident = "incident", acknowledge = true, note = "The runbook has begun: ${build.url}" }
  }

  # Evidence first: a failover wipes most of it. A server that does not answer is
  # evidence as well, so nothing here fails the build.
  try {
    task "evidence" {
      uses    = task.tools
      timeout = "3m"
      outputs = ["evidence"]
      env     = { SERVER = across.server }
      across "server" {
        values        = local.servers
        max_in_flight = "all"
      }
      script = <<-SH
        psql -h "$SERVER" -d postgres -f /queries/activity.sql -f /queries/locks.sql -f /queries/replication.sql | tee "evidence/$SERVER.txt"
      SH
    }
  }

  task "diagnose" {
    uses    = task.tools
    inputs  = ["incident"]
    outputs = ["diagnosis"]
    run     = ["diagnose", "--primary", var.cluster.primary, "--replicas", join(",", var.cluster.replicas), "--out", "diagnosis/diagnosis.json"]
  }

  load "diagnosis" {
    file   = "diagnosis/diagnosis.json"
    reveal = true
  }

  parallel {
    put "tell_customers" {
      when     = load.diagnosis.customer_impact
      resource = resource.statuspage.shop
      no_get   = true
      params   = { component = "ordering", status = "degraded", message = load.diagnosis.public_message }
    }

    put "tell_engineers" {
      resource = resource.incident.orders_db
      no_get   = true
      params   = { incident = "incident", note = "Diagnosis: ${load.diagnosis.cause}. Proposed: ${load.diagnosis.action}." }
    }
  }

  # Harmless, so nobody is asked.
  task "cancel_queries" {
    when = load.diagnosis.action == "cancel_queries"
    uses = task.tools
    env  = { PIDS = join(" ", load.diagnosis.pids) }
    run  = ["cancel-queries", "--primary", var.cluster.primary]
  }

  do "failover" {
    when = load.diagnosis.action == "failover"

    approval "failover" {
      message   = "Make ${load.diagnosis.candidate} the primary? It is ${load.diagnosis.lag_seconds} s behind, ${var.max_lag_seconds} s are allowed; what is in between is lost."
      approvers = ["role:owner", "role:member"]
      timeout   = "30m"
    }

    task "fence" {
      uses = task.tools
      run  = ["fence", var.cluster.primary]
      retry { # half a fence is none: a person has to look at it
        attempts = 1
      }
    }

    task "promote" {
      uses = task.tools
      env  = { CANDIDATE = load.diagnosis.candidate, MAX_LAG = var.max_lag_seconds }
      run  = ["promote"]

      on_failure {
        put "escalate" {
          resource = resource.incident.orders_db
          no_get   = true
          params   = { incident = "incident", escalate = "database-leads", note = "The failover stopped half way (exit code ${step.promote.exit_code}): the old primary is fenced and there is no new one." }
        }
      }
    }

    on_success {
      put "recovered" {
        resource = resource.statuspage.shop
        no_get   = true
        params   = { component = "ordering", status = "operational" }
      }
    }
  }

  on_failure {
    put "hand_over" {
      resource = resource.incident.orders_db
      no_get   = true
      params   = { incident = "incident", escalate = "orders-oncall", note = "The runbook could not help: ${build.url}" }
    }
  }

  on_error {
    put "hand_over_broken" {
      resource = resource.incident.orders_db
      no_get   = true
      params   = { incident = "incident", escalate = "orders-oncall", note = "The runbook itself broke: ${build.url}" }
    }
  }
}

# What is never rehearsed does not work when it has to.
job "rehearse" {
  description = "each first Monday: find out on staging whether the runbook's tools still work"

  schedule {
    cron     = "0 10 1-7 * 1"
    timezone = "Europe/Berlin"
    catch_up = "none" # nobody wants a fire drill at night
  }

  task "drill" {
    uses    = task.tools
    timeout = "30m"
    env     = { PGPASSWORD = secret.runbook.staging.password }
    run     = ["drill", "--environment=staging"]
  }
}
