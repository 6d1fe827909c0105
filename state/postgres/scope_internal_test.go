package postgres

import (
	"strings"
	"testing"
)

func TestLastLines(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"\n \n":                            "",
		"one\n\n  two \n":                  "one; two",
		"a\nb\nc\nd":                       "b; c; d",
		"bad \xff\x00 byte\n":              "bad \uFFFD byte",
		strings.Repeat("x", 600) + "end\n": "…" + strings.Repeat("x", 497) + "end",
	} {
		if got := lastLines(text); got != want {
			t.Errorf("lastLines(%q) = %q, want %q", text, got, want)
		}
	}
}
