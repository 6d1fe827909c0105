package assist

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/lang/langtest"
)

// For any text and any place in it, every question has an answer, whose spans
// are inside of the text.
func FuzzAnyPlace(f *testing.F) {
	f.Add(shop, 10)
	for _, path := range examples(f) {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b), len(b)/2)
	}
	for _, text := range []string{"", "\xff", "a = \"${", "job \"x\" {\n  task \"y", "x = <<A\n${", "]]]}}}\"", "module.a[\"", "a = [{(", "x = a[\"b\"].c.", "\"${\n\n", "😀 = 😀"} {
		f.Add(text, len(text))
	}
	f.Fuzz(func(t *testing.T, text string, offset int) { askAll(t, text, offset) })
}

func askAll(t *testing.T, text string, offset int) {
	file := Parse("/p/a.weir.hcl", []byte(text))
	d := NewDir("/p", []*File{file, Parse("/p/b.weir.hcl", []byte(shop))}, nil)
	inside := func(what string, s Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Fatalf("%s at %d: %v of %d bytes\n%s", what, offset, s, len(text), text)
		}
	}
	for _, i := range d.Complete(file.Path, offset) {
		inside("a proposal", i.Replace)
	}
	if h, ok := d.Hover(file.Path, offset); ok {
		inside("hover", h.Span)
	}
	for _, l := range append(d.Definition(file.Path, offset), d.References(file.Path, offset, true)...) {
		if l.Path == file.Path {
			inside("a location", l.Span)
		}
	}
	edits, _ := d.Rename(file.Path, offset, "other")
	for _, e := range append(edits, file.Format()...) {
		if e.Path == file.Path {
			inside("an edit", e.Span)
		}
	}
	for _, e := range file.Contents() {
		inside("an entry", e.Span)
	}
	line, character := file.Lines.Position(offset)
	inside("a position", Span{0, file.Lines.Offset(line, character)})
}

// Everywhere in every example, and in every example cut off there.
func TestAnyPlaceOfTheExamples(t *testing.T) {
	langtest.Heavy(t)
	for _, path := range examples(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		step := 1 + len(b)/100
		for i := 0; i <= len(b); i += step {
			askAll(t, string(b), i)
			askAll(t, string(b[:i]), i)
		}
	}
}

func examples(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("../../examples/*/*.weir.hcl")
	if err != nil || len(all) < 3 {
		t.Fatalf("examples: %q, %v", all, err)
	}
	return all
}

// Text that is hard on parsers takes no longer than other text: what would be
// worse than linear takes minutes here.
func TestHardText(t *testing.T) {
	langtest.Heavy(t)
	for name, text := range map[string]string{
		"deep blocks":    strings.Repeat("a {\n", 10_000),
		"deep lists":     "x = " + strings.Repeat("[", 10_000),
		"deep templates": "x = " + strings.Repeat(`"${`, 5_000),
		"open strings":   strings.Repeat("x = \"a\n", 5_000),
		"open templates": strings.Repeat("x = \"${a\n", 2_000),
		"long names":     "x = a" + strings.Repeat(".a", 400),
		"many words":     strings.Repeat("a ", 10_000),
		"many values":    strings.Repeat("x = [\na\n]\n", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			askAll(t, text, len(text))
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// large is a pipeline of about 2,000 lines, as people write them.
func large() string {
	var b strings.Builder
	b.WriteString(shop)
	for i := 0; b.Len() < 1<<20 && strings.Count(b.String(), "\n") < 1_970; i++ {
		fmt.Fprintf(&b, `
resource "git" "service-%d" {
  source = { uri = "https://git.example.com/%d.git", branch = var.branch }
  check { every = "1m" }
}

job "build-%d" {
  description   = "build service %d"
  max_in_flight = 2
  get "service-%d" {
    trigger = true
    passed  = [job.unit]
  }
  parallel {
    task "vet" {
      uses = task.go
      run  = ["go", "vet", "./..."]
    }
    task "test" {
      image   = local.go
      inputs  = ["service-%d"]
      outputs = ["report"]
      env     = { REF = version.service-%d.ref, N = "${build.number}" }
      script  = <<-SH
        go test ./...
      SH
    }
  }
}
`, i, i, i, i, i, i, i)
	}
	return b.String()
}

// BenchmarkCompletion is one key typed in a file of 2,000 lines and what is
// proposed for it: the limit is 50 ms.
func BenchmarkCompletion(b *testing.B) {
	text := large()
	at := strings.LastIndex(text, "uses = task.go") + len("uses = task.")
	other := Parse("/p/b.weir.hcl", []byte(text))
	b.ReportAllocs()
	for b.Loop() {
		d := NewDir("/p", []*File{Parse("/p/a.weir.hcl", []byte(text)), other}, nil)
		if len(d.Complete("/p/a.weir.hcl", at)) == 0 {
			b.Fatal("nothing")
		}
	}
}
