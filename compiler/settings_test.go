package compiler_test

import (
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func settings(t *testing.T, text string) compiler.Settings {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "pipeline.weir.hcl", text)
	cfg, _, _ := lang.Load(dir, config.Inputs{})
	s, list := compiler.ReadSettings(cfg)
	if len(list) > 0 {
		t.Fatal(list)
	}
	return s
}

func TestRequiredVersion(t *testing.T) {
	for _, c := range []struct {
		wants, is string
		refused   bool
	}{
		{">= 0.1.0", "v0.1.0", false},
		{">= 0.1.0", "0.0.9", true},
		{"~> 1.2", "1.9.1", false},
		{"~> 1.2", "2.0.0", true},
		{">= 1.0, < 2.0", "1.5.0-rc.1", false}, // a candidate has what the release has
		{">= 99", "dev", false},                // built from the sources: nobody knows
	} {
		refused := settings(t, `weir { required_version = "`+c.wants+`" }`).Refuses(c.is)
		if refused.HasErrors() != c.refused {
			t.Errorf("%s wants %s: %v", c.is, c.wants, refused)
		}
		if c.refused && (refused[0].Code != diag.WrongVersion || refused[0].Range.Start.Line != 1 || refused[0].Fix == nil) {
			t.Errorf("got %+v", refused[0])
		}
	}
}

// Several weir blocks add up, in the order of their files.
func TestSettings(t *testing.T) {
	s := settings(t, `
weir {
  policies = ["policies", "../shared"]
  lint {
    W4001 = "error"
    W4003 = "off"
  }
}
weir {
  policies = ["more"]
  lint { W4010 = "warning" }
}
`)
	if len(s.Policies) != 3 || s.Policies[2].Text != "more" || s.Policies[1].Range.Start.Line != 3 {
		t.Errorf("policies: %v", s.Policies)
	}
	want := map[diag.Code]compiler.Level{"W4001": compiler.LevelError, "W4003": compiler.LevelOff, "W4010": compiler.LevelWarning}
	if len(s.Lint) != len(want) {
		t.Errorf("levels: %v", s.Lint)
	}
	for code, level := range want {
		if s.Lint[code] != level {
			t.Errorf("%s: %q", code, s.Lint[code])
		}
	}
}
