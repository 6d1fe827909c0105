package hcl

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/langtest"
)

// The pieces of a text are the text, and know where they are.
func TestCutBlocksLosesNothing(t *testing.T) {
	line := rapid.SampledFrom([]string{"job \"a\" {", "}", "  x = <<E", "E", "locals {", "# {", "", "x = {", "\tget \"b\" {}", "é"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(line).Draw(t, "lines"), "\n")
		var got strings.Builder
		for _, c := range cutBlocks([]byte(text)) {
			if c.start.Byte != got.Len() || c.start.Line != 1+strings.Count(got.String(), "\n") {
				t.Fatalf("a piece at %v begins at byte %d of %q", c.start, got.Len(), text)
			}
			got.Write(c.text)
		}
		if got.String() != text {
			t.Fatalf("%q became %q", text, got.String())
		}
	})
}

// Whatever line of a pipeline breaks, all jobs but the one that it is in are
// read, and the broken one leaves a hole with its name.
func TestOneBrokenBlockCostsOneBlock(t *testing.T) {
	langtest.Heavy(t)
	files, err := filepath.Glob("../../examples/*/*.weir.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) { breakEachLine(t, name) })
	}
}

func breakEachLine(t *testing.T, name string) {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := parseAll([]file{{name: "f", text: text}})
	lines := strings.SplitAfter(string(text), "\n")
	every := len(lines)/100 + 1 // of large files not each: time grows with the square
	for i, l := range lines {
		if i%every != 0 || !strings.HasPrefix(l, "  ") || !strings.Contains(l, " = ") || inHeredoc(lines[:i]) {
			continue
		}
		broken := slices.Clone(lines)
		broken[i] = strings.Replace(l, " = ", " = = ", 1)
		after, list := parseAll([]file{{name: "f", text: []byte(strings.Join(broken, ""))}})
		if !list.HasErrors() || len(after.Holes) != 1 {
			t.Fatalf("line %d: %d holes, %v", i+1, len(after.Holes), list)
		}
		for _, d := range list {
			if d.Code != diag.Syntax || d.Range.Start.Line != i+1 {
				t.Errorf("line %d: %s at %s", i+1, d.Summary, d.Range)
			}
		}
		if a, b := names(after), names(before); !slices.Equal(a, b) {
			t.Errorf("line %d: there are %v, of %v", i+1, a, b)
		}
	}
}

func names(c *config.Config) []string {
	var out []string
	for _, j := range c.Jobs {
		out = append(out, "job."+j.Name.Text)
	}
	for _, r := range c.Resources {
		out = append(out, "resource."+r.Name.Text)
	}
	for _, l := range c.Locals {
		out = append(out, "local."+l.Name.Text)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func inHeredoc(before []string) bool {
	text := strings.Join(before, "")
	opened := regexp.MustCompile(`<<-?(\w+)\n`).FindAllStringSubmatchIndex(text, -1)
	if len(opened) == 0 {
		return false
	}
	last := opened[len(opened)-1]
	return !regexp.MustCompile(`(?m)^\s*` + text[last[2]:last[3]] + `$`).MatchString(text[last[1]:])
}
