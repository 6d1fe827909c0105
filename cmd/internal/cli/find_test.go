package cli

import (
	"strings"
	"testing"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func TestParseBuild(t *testing.T) {
	for arg, want := range map[string]buildRef{
		"unit":                                 {job: "unit"},
		"unit/3":                               {job: "unit", number: 3},
		"shop/unit":                            {pipeline: "shop", job: "unit"},
		"shop/unit/3":                          {pipeline: "shop", job: "unit", number: 3},
		`unit["a/b"]`:                          {job: `unit["a/b"]`},
		`unit["a/b"]/3`:                        {job: `unit["a/b"]`, number: 3},
		`shop/unit["a/7"]/3`:                   {pipeline: "shop", job: `unit["a/7"]`, number: 3},
		`shop/module.x["1/2"].unit`:            {pipeline: "shop", job: `module.x["1/2"].unit`},
		"0f866282-5edc-5f9a-ba9f-4516333ab292": {id: "0f866282-5edc-5f9a-ba9f-4516333ab292"},
	} {
		if got := parseBuild(arg); got != want {
			t.Errorf("parseBuild(%q) = %+v, want %+v", arg, got, want)
		}
	}
}

func TestPick(t *testing.T) {
	all := []*weirv1.Resource{
		{Pipeline: "shop", Address: "resource.git.app"},
		{Pipeline: "shop", Address: "resource.s3.app"},
		{Pipeline: "shop", Address: "resource.git.docs"},
		{Pipeline: "blog", Address: "resource.git.docs"},
		{Pipeline: "blog", Address: "resource.git.theme"},
	}
	for _, c := range []struct{ name, want, err string }{
		{"theme", "resource.git.theme", ""},
		{"git.app", "resource.git.app", ""},
		{"app", "", `there are several resources "app" in pipeline shop. Say which by its full name: git.app, s3.app`},
		{"docs", "", `resource "docs" is in several pipelines: blog, shop. Say which: -p PIPELINE, WEIR_PIPELINE, or PIPELINE/docs`},
		{"nope", "", `there is no resource "nope". There are: app, docs, theme`},
	} {
		got, err := pick("resource", c.name, "resources", all, resourceNames, (*weirv1.Resource).GetPipeline)
		if c.err == "" {
			if err != nil || got.Address != c.want {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		p := explain(err)
		if text := p.What + " " + strings.Join(p.Hints, " "); !strings.HasPrefix(text, c.err) {
			t.Errorf("%s: %s", c.name, text)
		}
	}
}
