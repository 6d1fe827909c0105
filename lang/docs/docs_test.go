package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/docs"
)

func page(t *testing.T, text string) docs.Page {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "m.weir.hcl"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, _, list := lang.Load(dir, config.Inputs{})
	if list.HasErrors() {
		t.Fatal(list)
	}
	return docs.Of(cfg)
}

const module = `
variable "name" {
  type        = string
  description = "of the service | in \"lower case\""
  validation {
    condition     = var.name != ""
    error_message = "A service has a name."
  }
}
variable "token" {
  default   = "hunter2"
  sensitive = true
}
variable "limits" {
  type    = object({ cpu = number, memory = optional(string) })
  default = { cpu = 1 }
}
output "image" {
  value       = resource.mock.image
  description = "what is built"
}
resource "git" "app" {
  source = { uri = "u" }
  check { every = "1m" }
}
resource "mock" "image" {
  for_each = toset(["a", "b"])
}
job "unit" {
  parallel {
    get "app" { trigger = true }
  }
}
job "ship" {
  description            = "to *production*"
  disable_manual_trigger = true
  schedule { cron = "0 3 * * *" }
  param "percent" {
    type    = number
    default = 10
  }
  get "code" {
    resource = resource.git.app
    passed   = [job.unit]
    trigger  = true
  }
  get "app" {}
}
module "base" {
  source = "./base"
  name   = var.name
}
`

const want = "## Variables\n\n" +
	"| name | type | default | description |\n|---|---|---|---|\n" +
	"| `limits` | `object({cpu=number, memory=optional(string)})` | `{\"cpu\" = 1}` | |\n" +
	"| `name` | `string` | must be given | of the service \\| in \"lower case\". Anything else is refused: “A service has a name.” |\n" +
	"| `token` | `any` | (sensitive) | Sensitive. |\n" +
	"\n## Outputs\n\n| name | description |\n|---|---|\n| `image` | what is built |\n" +
	"\n## Resources\n\n| resource | type | checked | repeated |\n|---|---|---|---|\n| `resource.git.app` | git | 1m | |\n| `resource.mock.image` | mock | | `for_each = toset([\"a\", \"b\"])` |\n" +
	"\n## Jobs\n\n| job | description | started by |\n|---|---|---|\n" +
	"| `job.ship` | to \\*production\\* | schedule 0 3 \\* \\* \\*; new git.app that passed unit |\n" +
	"| `job.unit` | | new app; by hand |\n" +
	"\n## Parameters of `job.ship`\n\n| name | type | default |\n|---|---|---|\n| `percent` | `number` | `10` |\n" +
	"\n## Modules\n\n| module | source |\n|---|---|\n| `module.base` | `./base` |\n"

func TestMarkdown(t *testing.T) {
	if got := page(t, module).Markdown(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := page(t, `pipeline "p" { description = "About it" }`).Markdown(); got != "# Pipeline p\n\nAbout it\n" {
		t.Errorf("%q", got)
	}
}

// What is sensitive is in no form of the page.
func TestNoSecrets(t *testing.T) {
	p := page(t, module)
	for _, v := range p.Variables {
		if v.Sensitive && v.Default != "" {
			t.Errorf("%+v", v)
		}
	}
	if strings.Contains(p.Markdown(), "hunter2") {
		t.Error("the default of a sensitive variable is on the page")
	}
}

// Writing a page into a file leaves the rest alone, and twice is as good as once.
func TestInject(t *testing.T) {
	in := "# Title\n\n" + docs.Begin + "\nold\n" + docs.End + "\n\nThe end.\n"
	once, err := docs.Inject(in, "new\n")
	if err != nil || once != "# Title\n\n"+docs.Begin+"\nnew\n"+docs.End+"\n\nThe end.\n" {
		t.Errorf("%q, %v", once, err)
	}
	if twice, err := docs.Inject(once, "new\n"); err != nil || twice != once {
		t.Errorf("%q, %v", twice, err)
	}
	for _, text := range []string{"", "text", docs.Begin, docs.End, docs.End + docs.Begin, docs.Begin + docs.End + docs.Begin} {
		if out, err := docs.Inject(text, "new\n"); err == nil {
			t.Errorf("%q became %q", text, out)
		}
	}
}
