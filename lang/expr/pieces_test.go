package expr

import (
	"strings"
	"testing"
)

func TestLongTemplate(t *testing.T) {
	many := strings.Repeat("x\n", maxPieces+1)
	for name, c := range map[string]struct {
		text string
		long bool
	}{
		"a heredoc":            {"a = <<E\n" + many + "E\n", true},
		"an indented one":      {"a = <<-E\n" + many + "  E\n", true},
		"without its end":      {"a = <<E\n" + many, true},
		"many short ones":      {strings.Repeat("a = <<E\nx\nE\n", maxPieces), false},
		"a long file":          {many, false},
		"a comment":            {"# like a = <<E\n" + many, false},
		"a shift of something": {"a = x << 2\n" + many, false},
		"signs":                {"a = \"" + strings.Repeat("$a", maxPieces+1) + "\"", true},
		"escapes":              {"a = \"" + strings.Repeat("$${", maxPieces+1) + "\"", true},
		"interpolations":       {"a = \"" + strings.Repeat("${a}", maxPieces+1) + "\"", false},
		"signs in many lines":  {strings.Repeat("a = \"100%\"\n", maxPieces+1), false},
	} {
		if got := longTemplate([]byte(c.text)) >= 0; got != c.long {
			t.Errorf("%s: %v", name, got)
		}
	}
}
