package schema

import (
	"encoding/json"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	cuejson "cuelang.org/go/encoding/json"
	"cuelang.org/go/encoding/jsonschema"
)

// The JSON Schema, read back as a schema, takes and refuses what it should.
func TestJSONSchema(t *testing.T) {
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	c := cuecontext.New()
	x, err := cuejson.Extract("schema.json", text)
	if err != nil {
		t.Fatal(err)
	}
	f, err := jsonschema.Extract(c.BuildExpr(x), &jsonschema.Config{})
	if err != nil {
		t.Fatal(err)
	}
	def := c.BuildFile(f)
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{`{"name": "x"}`, true},
		{`{"name": "x", "nme": 1}`, false},
		{`{"team": "x"}`, false},
		{`{"name": "x", "jobs": {"a": {"max_in_flight": 1, "steps": [{"get": "app", "timeout": "1h"}], "ensure": [{"do": [{"put": "x"}]}]}}}`, true},
		{`{"name": "x", "jobs": {"a": {"steps": [{"get": "app", "trger": true}]}}}`, false},
		{`{"name": "x", "jobs": {"a": {"max_in_flight": "many", "steps": []}}}`, false},
		{`{"name": "x", "jobs": {"a": {"max_in_flight": "${var.n}", "steps": []}}}`, true},
	} {
		if err := cuejson.Validate([]byte(c.text), def); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

// Both are JSON, have every definition, and embed nothing.
func TestExports(t *testing.T) {
	all := cuecontext.New().CompileBytes(Source())
	for name, export := range map[string]func() ([]byte, error){"jsonschema": JSONSchema, "openapi": OpenAPI} {
		text, err := export()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var parsed map[string]any
		if err := json.Unmarshal(text, &parsed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(string(text), `"allOf"`) {
			t.Errorf("%s embeds definitions, which are closed", name)
		}
		for _, def := range []string{"Job", "Step", "Resource", "Retry"} {
			if !strings.Contains(string(text), `"`+def+`": {`) || !all.LookupPath(cue.ParsePath("#"+def)).Exists() {
				t.Errorf("%s has no %s", name, def)
			}
		}
	}
}
