package explain

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/lang/diag"
)

// Text explains one code.
type Text struct {
	Code    diag.Code `json:"code"`
	Title   string    `json:"title"`
	Meaning string    `json:"meaning"`
	Why     string    `json:"why"`
	Fix     string    `json:"fix"`
	Bad     []File    `json:"bad"`
	Good    []File    `json:"good"`
}

// File is one file of an example; Args is the name of the one that holds
// arguments in place of text.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Args is the name of the file with the arguments of an example, one a line.
const Args = "args"

//go:embed texts/*.txtar
var texts embed.FS

// catalogue parses all texts, once.
var catalogue = sync.OnceValues(func() (map[diag.Code]Text, error) {
	entries, err := texts.ReadDir("texts")
	if err != nil {
		return nil, fmt.Errorf("read the catalogue of codes: %w", err)
	}
	all := make(map[diag.Code]Text, len(entries))
	for _, e := range entries {
		b, err := texts.ReadFile("texts/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the catalogue of codes: %w", err)
		}
		code := diag.Code(strings.TrimSuffix(e.Name(), ".txtar"))
		all[code] = parse(code, txtar.Parse(b))
	}
	return all, nil
})

// Lookup is the text of a code, in whatever case it is written.
func Lookup(code string) (Text, bool) {
	all, err := catalogue()
	if err != nil { // of files that are inside of the program
		return Text{}, false
	}
	t, ok := all[diag.Code(strings.ToUpper(code))]
	return t, ok
}

// All are the texts of all codes, by code.
func All() []Text {
	var out []Text
	for _, c := range diag.Codes() {
		if t, ok := Lookup(string(c)); ok {
			out = append(out, t)
		}
	}
	return out
}

// Rule is a text as reports have it.
func Rule(c diag.Code) (diag.Rule, bool) {
	t, ok := Lookup(string(c))
	return diag.Rule{Title: t.Title, Text: t.Meaning, Markdown: t.Markdown()}, ok
}

func parse(code diag.Code, a *txtar.Archive) Text {
	t := Text{Code: code}
	into := &t.Meaning
	for line := range strings.Lines(string(a.Comment)) {
		switch {
		case strings.HasPrefix(line, "# "):
			t.Title = strings.TrimSpace(line[2:])
		case strings.HasPrefix(line, "## Why"):
			into = &t.Why
		case strings.HasPrefix(line, "## What to do"):
			into = &t.Fix
		default:
			*into += line
		}
	}
	for _, section := range []*string{&t.Meaning, &t.Why, &t.Fix} {
		*section = strings.TrimSpace(*section)
	}
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, "bad/"); ok {
			t.Bad = append(t.Bad, File{Name: name, Text: string(f.Data)})
		} else if name, ok := strings.CutPrefix(f.Name, "good/"); ok {
			t.Good = append(t.Good, File{Name: name, Text: string(f.Data)})
		}
	}
	return t
}

// Markdown is the text as a page.
func (t Text) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s\n\n%s\n\n## Why\n%s\n\n## What to do\n%s\n", t.Code, t.Title, t.Meaning, t.Why, t.Fix)
	for _, e := range []struct {
		title string
		files []File
	}{{"Wrong", t.Bad}, {"Right", t.Good}} {
		if len(e.files) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", e.title)
		for _, f := range e.files {
			fmt.Fprintf(&b, "%s:\n```hcl\n%s```\n", f.Name, f.Text)
		}
	}
	return b.String()
}
