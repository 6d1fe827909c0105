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

// A range of several lines is underlined on each; of a long one the middle is
// left out. Tabs and wide characters keep the marks below what they mark.
func TestTextOfManyLines(t *testing.T) {
	src := "a = {\n\tx = \"名前\"\n}\nb = [\n  1,\n  2,\n  3,\n  4,\n]\n"
	from := strings.Index(src, "b = [")
	l := List{
		{Summary: "short", Range: span(src, 4, strings.Index(src, "}")+1)},
		{Summary: "wide", Range: at(src, 2, 5, 8)},
		{Summary: "long", Range: span(src, from+4, strings.LastIndex(src, "]")+1)},
	}
	want := `Error: short
  --> a.weir.hcl:1:5
  |
1 | a = {
  |     ^
2 |     x = "名前"
  |     ^^^^^^^^^^
3 | }
  | ^
  |

Error: wide
  --> a.weir.hcl:2:6
  |
2 |     x = "名前"
  |         ^^^^^^
  |

Error: long
  --> a.weir.hcl:4:5
  |
4 | b = [
  |     ^
5 |   1,
  |   ^^
6 |   2,
  |   ^^
...
9 | ]
  | ^
  |
`
	if got := render(t, l, sources(src), false); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// span is the range from one byte to another.
func span(text string, from, to int) Range {
	pos := func(at int) Pos {
		start := strings.LastIndexByte(text[:at], '\n') + 1
		return Pos{Line: 1 + strings.Count(text[:at], "\n"), Column: at - start + 1, Byte: at}
	}
	return Range{File: "a.weir.hcl", Start: pos(from), End: pos(to)}
}

// What the names stood for, and through which modules the compiler came.
func TestTextOfValuesAndModules(t *testing.T) {
	src := "job {}\nmodule {}\n"
	d := Diagnostic{Summary: "s", Detail: "d", Range: at(src, 1, 0, 3),
		Values: []Value{{"var.branch", `"Main"`}, {"var.key", Sensitive}},
		Within: []Call{{Module: `module.service["web"]`, Range: at(src, 2, 0, 6)}},
	}
	other := d
	other.Within = []Call{{Module: `module.service["api"]`, Range: at(src, 2, 0, 6)}}
	l := List{d, other, d}
	l.Sort()
	want := `Error: s
  --> a.weir.hcl:1:1
  |
1 | job {}
  | ^^^
  |
  = d
  = var.branch is "Main"
  = var.key is (sensitive)
  ... a.weir.hcl:2:1: in module.service["api"], called here
  |
2 | module {}
  | ------
  |
  = The same in 1 other instance.
`
	if got := render(t, l, sources(src), false); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
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
			File: "a.weir.hcl", Start: Pos{Line: 1, Column: 1, Byte: from}, End: Pos{Line: 1 + strings.Count(src, "\n"), Byte: to},
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
