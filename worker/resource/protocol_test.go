package resource

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseVersions(t *testing.T) {
	const script = "/opt/resource/check"
	for name, tt := range map[string]struct {
		out  string
		want []Version
		err  string
	}{
		"none":             {"[]\n", []Version{}, ""},
		"null":             {"null", []Version{}, ""},
		"two":              {`[{"ref":"a"},{"ref":"b","x":""}]`, []Version{{"ref": "a"}, {"ref": "b", "x": ""}}, ""},
		"an empty version": {`[{}]`, []Version{{}}, ""},
		"nothing":          {" \n", nil, script + " gave no JSON list of versions (nothing at all): it printed nothing"},
		"a log line":       {"Cloning into x…\n[]", nil, `it printed "Cloning into x…\n[]"`},
		"two lists":        {"[]\n[]", nil, "at byte"},
		"an object":        {`{"ref":"a"}`, nil, "object where the protocol has something else"},
		"a string":         {`["a"]`, nil, "whose version 1 is no object of strings but a string"},
		"null inside":      {`[{"ref":"a"}, null]`, nil, "whose version 2 is no object of strings but null"},
		"a number":         {`[{"ref":"a"},{"id":7}]`, nil, `whose version 2 has a number where "id" wants a string`},
		"a null field":     {`[{"id":null}]`, nil, `has null where "id" wants a string`},
		"an object field":  {`[{"id":{}}]`, nil, `has an object where "id" wants a string`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseVersions(script, []byte(tt.out))
			check(t, err, tt.err)
			if err == nil && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParseResponse(t *testing.T) {
	const script = "/opt/resource/in"
	for name, tt := range map[string]struct {
		out  string
		want Response
		err  string
	}{
		"a version":     {`{"version":{"ref":"a"}}`, Response{Version: Version{"ref": "a"}}, ""},
		"more":          {`{"version":{"ref":"a"},"metadata":null,"extra":1}`, Response{Version: Version{"ref": "a"}}, ""},
		"metadata":      {`{"version":{},"metadata":[{"name":"n","value":"v"},{"name":"i","value":3},{"name":"z"}]}`, Response{Version{}, []Metadata{{"n", "v"}, {"i", "3"}, {"z", ""}}}, ""},
		"nothing":       {"", Response{}, "/opt/resource/in gave no JSON object with a version (nothing at all): it printed nothing"},
		"no version":    {`{"metadata":[]}`, Response{}, "/opt/resource/in gave no version: it printed"},
		"a null":        {`{"version":null}`, Response{}, "gave a version that is no object of strings but null"},
		"a list":        {`[{"ref":"a"}]`, Response{}, "array where the protocol has something else"},
		"broken":        {`{"version":`, Response{}, "unexpected end of JSON input"},
		"not even text": {"\xff\xfe{}", Response{}, "it printed"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseResponse(script, []byte(tt.out))
			check(t, err, tt.err)
			if err == nil && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// A huge answer gives a short error, on one line.
func TestAnswerErrorsAreShort(t *testing.T) {
	_, err := ParseVersions("x", []byte(strings.Repeat("line\x1b\n", 100_000)))
	if err == nil || len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("the error is %v", err)
	}
}

// Whatever a program prints is a list of versions or an error.
func TestParseNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := []byte(rapid.OneOf(rapid.String(), rapid.StringMatching(`[\[\]{}",:a-c0-9 n]*`)).Draw(t, "out"))
		_, _ = ParseVersions("x", out)
		_, _ = ParseResponse("x", out)
	})
}

func TestCanonicalVersions(t *testing.T) {
	v := Version{"b": "<1>", "a": "ü\n"}
	if got := string(v.Canonical()); got != `{"a":"ü\n","b":"<1>"}` {
		t.Errorf("got %s", got)
	}
	if got := string(Version(nil).Canonical()); got != "{}" {
		t.Errorf("nil is %s", got)
	}
	if got := (Version{"ref": "a"}).Digest(); got != "sha256:767a2a184b2454ce7bd326dcc82ae12a1eb13315415dbb1b2da3d87346e5ab52" {
		t.Errorf("the digest of a known version is %s now", got)
	}
}

// Versions are equal exactly when their canonical forms are.
func TestCanonicalIsOneToOne(t *testing.T) {
	gen := rapid.MapOfN(rapid.StringMatching(`[a-c]`), rapid.StringMatching(`["\\a<é]{0,2}`), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := Version(gen.Draw(t, "a")), Version(gen.Draw(t, "b"))
		if same := reflect.DeepEqual(a, b); same != (a.Digest() == b.Digest()) {
			t.Fatalf("%v and %v: equal %v", a, b, same)
		}
		var back Version
		if err := json.Unmarshal(a.Canonical(), &back); err != nil || !reflect.DeepEqual(a, back) {
			t.Fatalf("%v came back as %v (%v)", a, back, err)
		}
	})
}

func TestConfigure(t *testing.T) {
	type source struct {
		URI   string   `json:"uri"`
		Paths []string `json:"paths"`
		Deep  bool     `json:"deep,omitempty"`
	}
	for raw, want := range map[string]string{
		``: "", `null`: "", `{}`: "", `{"uri":"x","paths":["a"],"deep":true}`: "",
		`{"url":"x","a":1}`: "source: unknown key a, url; known are deep, paths, uri",
		`{"URI":"x"}`:       "unknown key URI",
		`{"uri":1}`:         "source.uri is a number, want a string",
		`{"deep":"yes"}`:    "source.deep is a string, want true or false",
		`{"paths":"x"}`:     "source.paths is a string, want a list",
		`[]`:                "source is no object but a list",
	} {
		_, err := Configure[source]("source", json.RawMessage(raw))
		check(t, err, want)
	}
	if _, err := Configure[struct{}]("params", json.RawMessage(`{"x":1}`)); fmt.Sprint(err) != "params: unknown key x; there are none" {
		t.Errorf("error %v", err)
	}
}
