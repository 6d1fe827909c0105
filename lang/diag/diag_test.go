package diag

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func sources(text string) *Sources {
	var s Sources
	s.Add("a.weir.hcl", []byte(text))
	return &s
}

// at is the range of the nth line, from a byte of it, n bytes long.
func at(text string, line, from, n int) Range {
	start := 0
	for range line - 1 {
		start += strings.IndexByte(text[start:], '\n') + 1
	}
	return Range{
		File:  "a.weir.hcl",
		Start: Pos{Line: line, Column: from + 1, Byte: start + from},
		End:   Pos{Line: line, Column: from + n + 1, Byte: start + from + n},
	}
}

func render(t *testing.T, l List, s *Sources, colour bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, l, s, colour); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	src := "job \"unit\" {\n\tget \"aap\" {}\n}\n"
	l := List{{
		Code: UnknownResource, Summary: "Unknown resource", Detail: "There is no resource named \"aap\".",
		Range:   at(src, 2, 5, 5),
		Related: []Related{{Message: "in this job", Range: at(src, 1, 0, 10)}},
		Fix:     &Fix{Help: `did you mean "app"?`},
	}}
	want := `Error[W1003]: Unknown resource
  --> a.weir.hcl:2:6
  |
2 |     get "aap" {}
  |         ^^^^^
  |
  = There is no resource named "aap".
  ::: a.weir.hcl:1:1: in this job
  |
1 | job "unit" {
  | ----------
  |
  = help: did you mean "app"?
`
	if got := render(t, l, sources(src), false); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	coloured := render(t, l, sources(src), true)
	if !strings.Contains(coloured, "\x1b[1;31mError[W1003]\x1b[0m") {
		t.Errorf("no red head in %q", coloured)
	}
}

func TestTextWithoutSource(t *testing.T) {
	got := render(t, List{{Severity: Warning, Summary: "Odd", Detail: "one\ntwo"}}, nil, false)
	if want := "Warning: Odd\n  = one\n  = two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextCutsLongLines(t *testing.T) {
	src := strings.Repeat("x", 5000) + "HERE" + strings.Repeat("y", 5000)
	got := render(t, List{{Summary: "s", Range: at(src, 1, 5000, 4)}}, sources(src), false)
	if !strings.Contains(got, "HERE") || len(got) > 600 {
		t.Errorf("not cut around the range: %d bytes\n%s", len(got), got)
	}
}

// Nothing that a source or a message holds may steer the terminal.
func TestTextIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := string(rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "src"))
		from := rapid.IntRange(0, len(src)).Draw(t, "from")
		to := rapid.IntRange(0, len(src)+5).Draw(t, "to")
		d := Diagnostic{Summary: src, Detail: src, Fix: &Fix{Help: src}, Range: Range{
			File: "a.weir.hcl", Start: Pos{Line: 1, Column: 1, Byte: from}, End: Pos{Line: 1, Byte: to},
		}}
		var b bytes.Buffer
		if err := Text(&b, List{d}, sources(src), false); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("%U in %q", r, b.String())
			}
		}
	})
}

func TestJSON(t *testing.T) {
	src := "job {\n"
	var b bytes.Buffer
	l := List{{Code: Syntax, Summary: "s", Detail: "d", Range: at(src, 1, 0, 3), Fix: &Fix{Help: "h"}}}
	if err := JSON(&b, l, sources(src)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Diagnostics []struct {
			Severity, Code, Snippet string
			Range                   Range
			Fix                     struct{ Help string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	d := got.Diagnostics[0]
	if d.Severity != "error" || d.Code != "W0001" || d.Snippet != "job {" || d.Range.Start.Line != 1 || d.Fix.Help != "h" {
		t.Errorf("got %+v", d)
	}
	b.Reset()
	if err := JSON(&b, nil, nil); err != nil || !strings.Contains(b.String(), `"diagnostics": []`) {
		t.Errorf("empty list: %s, %v", b.String(), err)
	}
}

func TestListSorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) Diagnostic {
			return Diagnostic{
				Code:    rapid.SampledFrom(Codes()).Draw(t, "code"),
				Summary: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "summary"),
				Range:   Range{File: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "file"), Start: Pos{Byte: rapid.IntRange(0, 3).Draw(t, "byte")}},
			}
		})
		l := List(rapid.SliceOf(one).Draw(t, "list"))
		m := rapid.Permutation(l).Draw(t, "other order")
		l.Sort()
		m.Sort()
		if !slices.EqualFunc(l, m, func(a, b Diagnostic) bool { return compare(a, b) == 0 }) {
			t.Fatalf("order matters: %v and %v", l, m)
		}
	})
}

func TestHasErrors(t *testing.T) {
	var l List
	if l.HasErrors() {
		t.Error("an empty list has errors")
	}
	l.Append(Diagnostic{Severity: Warning})
	if l.HasErrors() {
		t.Error("a warning is no error")
	}
	l.Errorf(Syntax, Range{}, "s", "%d", 1)
	if !l.HasErrors() || l[1].Detail != "1" {
		t.Errorf("got %v", l)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"app", "integration", "ship", "unit"}
	for given, want := range map[string]string{
		"aap": "app", "unti": "unit", "integraton": "integration", "shop": "ship", "zebra": "", "": "", "x": "",
	} {
		if got, _ := Nearest(given, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", given, got, want)
		}
	}
}

func TestEveryCodeHasMeaning(t *testing.T) {
	for _, c := range Codes() {
		if m, ok := c.Meaning(); !ok || !strings.HasSuffix(m, ".") || len(c) != 5 {
			t.Errorf("%s: %q", c, m)
		}
	}
}
