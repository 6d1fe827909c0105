# The fan-in: one file with everything that would be released, and a name for it.
job "candidate" {
  description   = "put together what passed, once a night or by hand"
  serial_groups = ["candidate"]

  retention {
    builds            = 60
    minimum_succeeded = 5
  }

  parallel "inputs" {
    get "nightly" {
      trigger = true
    }
    get "release" {}
    get "version" {
      params = { pre = "rc" }
    }
    get "server" {
      resource = resource.s3.server
      passed   = [job.image-server, job.package-deb, job.package-rpm, job.package-msi]
    }
    get "agent" {
      resource = resource.s3.agent
      passed   = [job.image-agent, job.package-deb, job.package-rpm, job.package-msi]
    }
    get "cli" {
      resource = resource.s3.cli
      passed   = [job.package-deb, job.package-rpm, job.package-msi]
    }
    get "console" {
      resource = resource.s3.console
      passed   = [job.image-console]
    }
    get "deb" {
      resource = resource.s3.deb
      passed   = [job.package-deb]
    }
    get "rpm" {
      resource = resource.s3.rpm
      passed   = [job.package-rpm]
    }
    get "msi" {
      resource = resource.s3.msi
      passed   = [job.package-msi]
    }
    get "operator_image" {
      resource = resource.image.operator-image
      passed   = [job.image-operator]
    }
    get "docs" {
      resource = resource.git.docs
      passed   = [job.docs]
    }
    get "sdk-go" {
      resource = resource.git.sdk-go
      passed   = [job.sdk-go]
    }
    get "sdk-java" {
      resource = resource.git.sdk-java
      passed   = [job.sdk-java]
    }
    get "sdk-python" {
      resource = resource.git.sdk-python
      passed   = [job.sdk-python]
    }
    get "sdk-node" {
      resource = resource.git.sdk-node
      passed   = [job.sdk-node]
    }
  }

  task "assemble" {
    image   = local.tools
    inputs  = ["release", "version", "server", "agent", "cli", "console", "deb", "rpm", "msi", "operator_image", "docs", "sdk-go", "sdk-java", "sdk-python", "sdk-node"]
    outputs = ["candidate"]
    env     = { VERSION = version.version.number }
    script  = <<-SH
      release/assemble --manifest=release/manifest.yml --version="$VERSION" --out="candidate/tidewater-$VERSION.tar"
      release/verify-manifest "candidate/tidewater-$VERSION.tar"
    SH
  }

  # Both or none: a version without a candidate is a hole in the numbers.
  do "record" {
    put "candidate" {
      resource = resource.s3.candidate
      params   = { file = "candidate/tidewater-*.tar" }
    }
    put "version" {
      params = { file = "version/number" }
      inputs = ["version"]
    }

    on_failure {
      put "tell_half" {
        resource = resource.slack.releases
        no_get   = true
        params   = { text = "Candidate ${version.version.number} is half recorded, look before the next night: ${build.url}" }
      }
    }
  }
}

job "bill-of-materials" {
  description   = "what is in it, for those who must know"
  max_in_flight = 1

  get "candidate" {
    resource = resource.s3.candidate
    passed   = [job.candidate]
    trigger  = true
    params   = { unpack = true }
  }

  get "release" {
    passed = [job.candidate]
  }

  task "bill-of-materials" {
    image   = local.tools
    inputs  = ["candidate", "release"]
    outputs = ["report"]
    timeout = "30m"
    script  = <<-SH
      syft scan dir:candidate --output=spdx-json=report/sbom.spdx.json --output=cyclonedx-json=report/sbom.cdx.json
      release/sbom-complete report/sbom.spdx.json candidate
    SH
  }
}

job "licences" {
  description   = "no licence in it that the lawyers have not seen"
  max_in_flight = 1

  get "candidate" {
    resource = resource.s3.candidate
    passed   = [job.candidate]
    trigger  = true
    params   = { unpack = true }
  }

  get "release" {
    passed = [job.candidate]
  }

  task "licences" {
    image   = local.tools
    inputs  = ["candidate", "release"]
    outputs = ["report"]
    timeout = "30m"
    script  = <<-SH
      licence-check --allow=release/licences/allowed.yml --report=report/licences.html candidate
    SH
  }

  on_failure {
    put "tell_lawyers" {
      resource = resource.slack.releases
      no_get   = true
      params   = { text = "Candidate ${version.candidate.version} holds a licence that is not allowed: ${build.url}" }
    }
  }
}

job "vulnerabilities" {
  description   = "known vulnerabilities, with the exceptions that were decided on"
  max_in_flight = 1

  get "candidate" {
    resource = resource.s3.candidate
    passed   = [job.candidate]
    trigger  = true
    params   = { unpack = true }
  }

  get "release" {
    passed = [job.candidate]
  }

  task "vulnerabilities" {
    image   = local.scanner
    inputs  = ["candidate", "release"]
    outputs = ["report"]
    timeout = "30m"
    script  = <<-SH
      trivy fs --offline-scan --ignorefile=release/security/exceptions.yml --exit-code=1 --severity=HIGH,CRITICAL --output=report/trivy.json candidate
    SH
  }
}
