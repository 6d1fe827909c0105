package hcl

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/langtest"
)

// Whatever somebody puts into a file, reading it says something soon, or reads
// it, in little memory. The bounds here are wide, as tests share their machine.
func TestReadingIsBounded(t *testing.T) {
	langtest.Heavy(t)
	for name, text := range map[string]string{
		"a hundred megabytes":   strings.Repeat("#", 100<<20),
		"a million arguments":   "locals {\n" + strings.Repeat("  a = 1\n", 1_000_000) + "}\n",
		"a million blocks":      strings.Repeat("job \"a\" {}\n", 1_000_000),
		"a million elements":    "locals {\n  a = [" + strings.Repeat("1,", 1_000_000) + "]\n}\n",
		"broken blocks":         strings.Repeat("job \"a\" { a = = }\n", 200_000),
		"interpolations":        "locals {\n  a = \"" + strings.Repeat("${b}", 100_000) + "\"\n}\n",
		"a long text":           "locals {\n  a = \"" + strings.Repeat("x", 15<<20) + "\"\n}\n",
		"a long name":           "locals {\n  a = " + strings.Repeat("x", 8<<20) + "\n}\n",
		"a long label":          "job \"" + strings.Repeat("x", 8<<20) + "\" {}\n",
		"a long number":         "locals {\n  a = " + strings.Repeat("9", 8<<20) + "\n}\n",
		"a long fraction":       "locals {\n  a = 0." + strings.Repeat("9", 8<<20) + "\n}\n",
		"an open text":          "locals {\n  a = \"" + strings.Repeat("x\n", 400_000),
		"open heredocs":         strings.Repeat("locals {\n  a = <<E\n", 40_000),
		"NUL":                   strings.Repeat("\x00", 1<<20),
		"carriage returns":      strings.Repeat("a = 1\r", 100_000),
		"quotes":                strings.Repeat("\"", 1<<20),
		"dollars":               "locals {\n  a = \"" + strings.Repeat("$", 1<<20) + "\"\n}\n",
		"dollars apart":         "locals {\n  a = \"" + strings.Repeat("$a", 1<<18) + "\"\n}\n",
		"escapes":               "locals {\n  a = \"" + strings.Repeat("$${", 1<<18) + "\"\n}\n",
		"backslashes":           "locals {\n  a = \"" + strings.Repeat("\\\\", 1<<18) + "\"\n}\n",
		"bad escapes":           "locals {\n  a = \"" + strings.Repeat("\\q", 1<<18) + "\"\n}\n",
		"ESC":                   strings.Repeat("\x1b", 1<<18),
		"columns beyond counts": strings.Repeat("é", 4<<20),
	} {
		t.Run(name, func(t *testing.T) {
			dir := dirWith(t, map[string]string{"p.weir.hcl": text})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			cfg, _, list := Load(dir, config.Inputs{})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if made := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 30*time.Second || made > 6144 { // the race detector needs half as much again
				t.Errorf("%v, and %d MiB were allocated in all", took, made)
			}
			if cfg == nil || len(list) > 2*maxSyntax {
				t.Errorf("%d problems", len(list))
			}
		})
	}
}

// A byte order mark and line ends of other systems are nobody's fault.
func TestForeignText(t *testing.T) {
	for name, text := range map[string]string{
		"BOM":  "\ufeffjob \"a\" {}\n",
		"CRLF": "job \"a\" {\r\n  description = <<-E\r\n    x\r\n  E\r\n}\r\n",
	} {
		cfg, _, list := Load(dirWith(t, map[string]string{"p.weir.hcl": text}), config.Inputs{})
		if len(list) > 0 || len(cfg.Jobs) != 1 {
			t.Errorf("%s: %v", name, list)
		}
	}
}
