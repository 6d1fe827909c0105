# Forty services of one repository: each is tested and packed when its own files
# change, all by one module; what passed is put together into a release.
pipeline "monorepo" {
  team        = "platform"
  description = "Test, pack and release the services of one repository"

  defaults {
    timeout = "30m"
    retry {
      attempts = 2
      on       = ["lost"]
    }
  }
}

# The whole repository, for jobs that are about all services.
resource "git" "repo" {
  source = {
    uri    = var.uri
    branch = "main"
  }
}

# Where the state of each environment is written down.
resource "git" "deployments" {
  source = {
    uri    = var.deployments
    branch = "main"
  }
  check {
    every = "never" # it changes only through these jobs
  }
}

module "service" {
  source   = "./service"
  for_each = local.services

  name        = each.key
  image       = local.images[each.value.language]
  run         = local.tests[each.value.language]
  checks      = each.value.public ? ["licences", "api-compatibility"] : ["licences"]
  uri         = var.uri
  deployments = resource.git.deployments
}

# One job a team, so that each sees its own on one page.
group "team" {
  jobs = flatten([for name, s in local.services : [module.service[name].unit, module.service[name].pack] if s.public])
}

# What every public service has packed, once the whole was tested together.
job "release" {
  serial_groups = ["deployments"]

  get "deployments" {
    passed  = [for name, s in local.services : module.service[name].pack if s.public]
    trigger = true
  }
  get "repo" {
    params = { depth = 1 }
  }
  task "integration" {
    image   = local.images.go
    inputs  = ["repo", "deployments"]
    outputs = ["release"]
    dir     = "repo"
    script  = <<-SH
      make integration STATE=../deployments
      cp -a ../deployments/. ../release
      git -C ../release tag "release-$NUMBER"
    SH
    env     = { NUMBER = build.number }
    timeout = "2h"
  }
  put "deployments" {
    params = { repository = "release", rebase = true }
  }
}

moved { # the monolith was the first of the services
  from = job.monolith
  to   = module.service["storefront"].job.unit
}

check "release_is_whole" {
  assert {
    condition     = length(jobs.release.passed) == length([for s in values(local.services) : s if s.public])
    error_message = "A release waits for all public services."
  }
}
