package assist

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Places are counted in units of UTF-16, as editors do.
func TestPositions(t *testing.T) {
	text := "a😀b\r\nü = \"👩‍🚀\"\n"
	l := NewLines([]byte(text))
	for _, c := range []struct {
		line, character int
		before          string // the text in front of the place
	}{
		{0, 0, ""}, {0, 1, "a"}, {0, 3, "a😀"}, {0, 4, "a😀b"}, {0, 99, "a😀b"},
		{1, 0, "a😀b\r\n"}, {1, 1, "a😀b\r\nü"}, {1, 5, "a😀b\r\nü = \""}, {1, 10, "a😀b\r\nü = \"👩‍🚀"},
		{2, 0, text}, {9, 9, text}, {-1, 4, ""}, {0, -1, ""},
	} {
		if got := l.Offset(c.line, c.character); got != len(c.before) {
			t.Errorf("%d:%d is %d, behind %q", c.line, c.character, got, text[:got])
		}
	}
	if got := l.Offset(0, 2); got != 1 {
		t.Errorf("half of a character is %d", got)
	}
}

func TestPositionIsTheInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab\n\r\"ü😀 {}"))).Draw(t, "text")
		text = strings.ReplaceAll(text, "\r", "")
		l := NewLines([]byte(text))
		for i := range text {
			line, character := l.Position(i)
			if got := l.Offset(line, character); got != i {
				t.Fatalf("%d is %d:%d, which is %d", i, line, character, got)
			}
		}
	})
}

func TestContents(t *testing.T) {
	f := Parse("a", []byte(shop+"job \"x\" {\n  do {\n    task \"in\" {}\n  }\n  retention { days = 1 }\n}\n"))
	var out []string
	var walk func(indent string, all []Entry)
	walk = func(indent string, all []Entry) {
		for _, e := range all {
			if !bytes.HasPrefix(f.Text[e.Heading.Start:], []byte(strings.Split(e.Name, " ")[0])) || e.Heading.End > e.End {
				t.Errorf("%s is at %v in %v", e.Name, e.Heading, e.Span)
			}
			out = append(out, indent+e.Name)
			walk(indent+"  ", e.In)
		}
	}
	walk("", f.Contents())
	got := strings.Join(out, "\n")
	for _, want := range []string{"locals\n  go\n  tools\n", "job \"unit\"\n  get \"app\"\n  put \"team\"\n", "job \"x\"\n  do\n    task \"in\""} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "retention") {
		t.Errorf("retention is in\n%s", got)
	}
}

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"right already":    {"locals {\n  x = 1\n}\n", "locals {\n  x = 1\n}\n"},
		"one line of many": {"locals {\n  x = 1\n}\n\nlocals {\ny=2\n}\n\nlocals {\n  z = 3\n}\n", "locals {\n  x = 1\n}\n\nlocals {\n  y = 2\n}\n\nlocals {\n  z = 3\n}\n"},
		"comments stay":    {"# why\nlocals {\nx=1 # so\n}\n", "# why\nlocals {\n  x = 1 # so\n}\n"},
		"broken text":      {"locals {\nx=[\n}\n", "locals {\nx=[\n}\n"},
		"no last line end": {"locals {\nx=1\n}", "locals {\n  x = 1\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			edits := Parse("a", []byte(c.text)).Format()
			if got := apply("a", c.text, edits); got != c.want {
				t.Errorf("got %q", got)
			}
			if again := Parse("a", []byte(c.want)).Format(); len(again) > 0 {
				t.Errorf("again: %v", again)
			}
		})
	}
	if edits := Parse("a", []byte("locals {\n  a = 1\n}\nlocals {\nb=2\n}\n")).Format(); len(edits) != 1 || edits[0].Text != "  b = 2\n" {
		t.Errorf("more than what changes: %+v", edits)
	}
}

// What the outline finds in text without errors is what hcl's own parser finds.
func TestOutlineOfBrokenText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a missing brace":     {"job \"a\" {\n  task \"t\" {\n    x = 1\n\njob \"b\" {\n}\n", "job a(task t) job b"},
		"two missing braces":  {"job \"a\" {\n  do {\n    task \"t\" {\n\nresource \"git\" \"r\" {}\n", "job a(do(task t)) resource git r"},
		"a brace too many":    {"job \"a\" {\n}}\njob \"b\" {}\n", "job a job b"},
		"a missing quote":     {"job \"a\" {\n  x = \"abc\n}\njob \"b\" {}\n", "job a job b"},
		"an open template":    {"job \"a\" {\n  x = \"${var.\n}\njob \"b\" {}\n", "job a job b"},
		"an open list":        {"job \"a\" {\n  x = [\"a\",\n  task \"t\" {}\n}\njob \"b\" {}\n", "job a(task t) job b"},
		"an open call":        {"job \"a\" {\n  x = f(1,\n  y = 2\n}\njob \"b\" {}\n", "job a job b"},
		"an open object":      {"job \"a\" {\n  x = {\n  task \"t\" {}\n}\njob \"b\" {}\n", "job a(task t) job b"},
		"nothing behind =":    {"job \"a\" {\n  x =\n  task \"t\" {}\n}\n", "job a(task t)"},
		"words":               {"job \"a\" {\n  what is this\n  task \"t\" {}\n}\n", "job a(task t)"},
		"signs":               {"job \"a\" {\n  )]} \n  task \"t\" {}\n}\n", "job a task t"},
		"a label with no end": {"job \"a {\n}\njob \"b\" {}\n", "job b"},
		"not indented, whole": {"job \"a\" {\ntask \"t\" {\n}\n}\n", "job a(task t)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := shape(Parse("a", []byte(c.text)).Root); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func shape(b *Block) string {
	var all []string
	for _, in := range b.Blocks {
		text := in.Type.Text
		for _, l := range in.Labels {
			text += " " + l.Text
		}
		if len(in.Blocks) > 0 {
			text += "(" + shape(in) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// Making a Dir twice of the same files gives the same answers.
func TestDirIsAFunction(t *testing.T) {
	d, path, offset := given(t, "job \"x\" {\n  ¦\n}", shop)
	again := NewDir("/p", []*File{d.File("/p/b.weir.hcl"), d.File(path)}, nil)
	if a, b := fmt.Sprint(d.Complete(path, offset)), fmt.Sprint(again.Complete(path, offset)); a != b || !reflect.DeepEqual(d.paths, again.paths) {
		t.Errorf("%s\n%s", a, b)
	}
}
