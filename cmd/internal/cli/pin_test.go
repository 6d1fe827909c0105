package cli

import (
	"slices"
	"testing"
)

func TestMatching(t *testing.T) {
	all := []map[string]string{{"ref": "4f2a9", "branch": "main"}, {"ref": "4f2b0", "branch": "main"}, {"ref": "77"}, {"ref": "7"}}
	refs := func(text string) []string {
		var out []string
		for _, v := range matching(all, text) {
			out = append(out, v["ref"])
		}
		return out
	}
	for text, want := range map[string][]string{
		"latest":               {"4f2a9"},
		"4f2a9":                {"4f2a9"},
		"4f2b":                 {"4f2b0"},
		"4f":                   {"4f2a9", "4f2b0"}, // too little of it
		"ref=4f2a":             {"4f2a9"},
		"ref=4f2a,branch=main": {"4f2a9"},
		"ref=4f2a,branch=dev":  nil,
		"branch=main":          {"4f2a9", "4f2b0"},
		"7":                    {"7"}, // exactly, before what begins with it
		"ref=7":                {"7"},
		"tag=1":                nil,
		"":                     nil,
	} {
		if got := refs(text); !slices.Equal(got, want) {
			t.Errorf("matching(%q) = %q, want %q", text, got, want)
		}
	}
}
