package expr

import (
	"strings"
	"testing"
)

// Text that only looks deep is none of the guard's business.
func TestGuardLetsPass(t *testing.T) {
	for name, text := range map[string]string{
		"a comment":    "#" + strings.Repeat("-(", 5000),
		"a string":     `locals { x = "` + strings.Repeat("(:-", 5000) + `" }`,
		"a heredoc":    "locals {\n x = <<E\n" + strings.Repeat("((- * ??\n", 5000) + "E\n}",
		"a long list":  "locals {\n x = [" + strings.Repeat("-1, \"${a}\", ", 5000) + "]\n}",
		"many entries": "locals {\n x = {\n" + strings.Repeat("a = -1 + 1\n", 5000) + "}\n}",
	} {
		if l := Guard("f", []byte(text)); len(l) > 0 {
			t.Errorf("%s: %v", name, l[0].Summary)
		}
	}
}
