package diag

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

const formatsText = "job \"名前\" {\n  get \"aap\" {}\n}\n"

// formatsList has everything that a problem can have.
func formatsList() List {
	return List{{
		Code: UnknownResource, Summary: "Unknown, bad: resource", Detail: "100% wrong.\nReally.", Range: at(formatsText, 2, 6, 5),
		Values:  []Value{{"var.key", Sensitive}},
		Within:  []Call{{`module.service["web"]`, at(formatsText, 1, 0, 3)}},
		Related: []Related{{"the job", at(formatsText, 1, 4, 8)}, {"the value", Range{File: "<--var x>", Start: Pos{1, 1, 0}, End: Pos{1, 2, 1}}}},
		Fix:     &Fix{Help: `did you mean "app"?`, Range: at(formatsText, 2, 6, 5), Text: `"app"`},
	}, {
		Severity: Warning, Summary: "No place", Detail: "d",
	}, {
		Code: Syntax, Summary: "Many lines", Range: span(formatsText, 0, len(formatsText)-1),
	}}
}

func TestGitHub(t *testing.T) {
	want := `::error file=a.weir.hcl,line=2,endLine=2,col=7,endColumn=12,title=W1003 Unknown%2C bad%3A resource::100%25 wrong.%0AReally.%0Avar.key is (sensitive)%0AIn module.service["web"], called at a.weir.hcl:1:1%0Aa.weir.hcl:1:5: the job%0A<--var x>:1:1: the value%0AHelp: did you mean "app"?
::warning title=No place::d
::error file=a.weir.hcl,line=1,endLine=3,col=1,title=W0001 Many lines::Many lines.
`
	var b bytes.Buffer
	if err := GitHub(&b, formatsList()); err != nil || b.String() != want {
		t.Errorf("%v, got:\n%s\nwant:\n%s", err, b.String(), want)
	}
}

// A workflow command is one line whatever is in the message, so that no source
// text can give orders of its own.
func TestGitHubIsOneLineEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Just("\n::set-output name=x::y\r\n::error::z")).Draw(t, "text")
		var b bytes.Buffer
		if err := GitHub(&b, List{{Summary: text, Detail: text, Range: Range{File: text, Start: Pos{Line: 1}}}}); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); strings.Count(got, "\n") != 1 || strings.ContainsRune(got, '\r') || !strings.HasPrefix(got, "::error ") {
			t.Fatalf("%q", got)
		}
	})
}

func sarifOf(t *testing.T, l List, src *Sources) string {
	t.Helper()
	var b bytes.Buffer
	tool := Tool{Version: "1.2", Rule: func(c Code) (Rule, bool) { return Rule{"Title of " + string(c), "text", "# text"}, true }}
	if err := SARIF(&b, l, src, tool); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The log is one by the schema of the standard (OASIS, sarif-v2.1.0-errata01),
// which knows no other fields.
func TestSARIFFollowsItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/sarif-2.1.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]List{"everything": formatsList(), "nothing": nil} {
		text := sarifOf(t, l, sources(formatsText))
		log, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		log.(map[string]any)["runs"].([]any)[0].(map[string]any)["made up"] = true
		if schema.Validate(log) == nil {
			t.Errorf("%s: the schema lets everything pass", name)
		}
	}
}

func TestSARIF(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal([]byte(sarifOf(t, formatsList(), sources(formatsText))), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if n := len(run.Tool.Driver.Rules); n != 2 || run.Tool.Driver.Rules[1].Name != "Title of W1003" {
		t.Errorf("%d rules: %+v", n, run.Tool.Driver.Rules)
	}
	first := run.Results[0]
	if first.RuleID != "W1003" || *first.RuleIndex != 1 || first.Level != "error" {
		t.Errorf("%+v", first)
	}
	if at := first.Locations[0].Physical; at.Artifact.URI != "a.weir.hcl" || at.Region.StartColumn != 7 || at.Region.Snippet.Text != `"aap"` {
		t.Errorf("%+v", at.Region)
	}
	if n := len(first.Related); n != 2 || first.Related[0].Message.Text != `in module.service["web"], called here` {
		t.Errorf("%d related places: %+v", n, first.Related)
	}
	if at := first.Related[1].Physical.Region; at.StartColumn != 5 || at.EndColumn != 9 { // characters, not bytes
		t.Errorf("%+v", at)
	}
	if fix := first.Fixes[0].Changes[0]; fix.Replacements[0].Inserted.Text != `"app"` {
		t.Errorf("%+v", fix)
	}
	if run.Results[1].Locations != nil || run.Results[1].Level != "warning" {
		t.Errorf("%+v", run.Results[1])
	}
}

func TestURI(t *testing.T) {
	for file, want := range map[string]string{
		"a.weir.hcl": "a.weir.hcl", "a b/ü%.weir.hcl": "a%20b/%C3%BC%25.weir.hcl", "/x/y z": "file:///x/y%20z", "a:b": "./a:b",
	} {
		if got := uri(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

func TestTally(t *testing.T) {
	e, w := Diagnostic{}, Diagnostic{Severity: Warning}
	for want, l := range map[string]List{"": nil, "1 error": {e}, "2 warnings": {w, w}, "3 errors, 1 warning": {e, w, e, e}} {
		if got := l.Tally(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if l := (List{e, w, e}).ErrorsLast(); l[0].Severity != Warning || l[2].Severity != Error {
		t.Errorf("%v", l)
	}
}

// Where there are too many to show, errors go before warnings.
func TestFirst(t *testing.T) {
	e, w := Diagnostic{}, Diagnostic{Severity: Warning}
	if first, left := (List{w, e, w, e}).First(3); left != 1 || len(first) != 3 || first[1].Severity != Error || first[2].Severity != Warning {
		t.Errorf("%v, %d", first, left)
	}
	if first, left := (List{w}).First(1); left != 0 || len(first) != 1 {
		t.Errorf("%v, %d", first, left)
	}
}

func TestRename(t *testing.T) {
	l := formatsList()
	long := func(name string) string { return "long/" + name }
	renamed := l.Rename(long)
	if renamed[0].Range.File != "long/a.weir.hcl" || renamed[0].Within[0].Range.File != "long/a.weir.hcl" || renamed[0].Fix.Range.File != "long/a.weir.hcl" {
		t.Errorf("%+v", renamed[0])
	}
	if l[0].Range.File != "a.weir.hcl" || l[0].Related[0].Range.File != "a.weir.hcl" || !renamed[1].Range.IsZero() {
		t.Errorf("the list itself changed: %+v", l[0])
	}
	if sources("x").Rename(long).Text("long/a.weir.hcl") == nil {
		t.Error("no text under the other name")
	}
}
