package types

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
)

// Every built-in type of the language publishes what it takes.
func TestSchemas(t *testing.T) {
	all := Schemas()
	for _, name := range compiler.BuiltinTypes() {
		if _, ok := all[name]; !ok {
			t.Errorf("%s publishes no schema", name)
		}
	}
	if len(all) != len(compiler.BuiltinTypes()) {
		t.Errorf("there are schemas of types that are none: %v", all)
	}
	git := all["git"]
	for key, want := range map[string]string{"uri": "string", "paths": "list", "skip_ssl_verification": "bool"} {
		if git.Source[key] != want {
			t.Errorf("source.%s is %q", key, git.Source[key])
		}
	}
	if git.Get["depth"] != "number" || git.Put["repository"] != "string" || len(all["time"].Put) != 0 {
		t.Errorf("got %+v", all)
	}
}

// A key that no schema has is refused by the type itself as well.
func TestSchemaIsWhatTheTypeTakes(t *testing.T) {
	for name := range Schemas() {
		var log bytes.Buffer
		code := Main(context.Background(), System(&log), []string{name, "check"}, strings.NewReader(`{"source":{"no_such_key":1}}`), &bytes.Buffer{})
		if code == done || !strings.Contains(log.String(), "no_such_key") {
			t.Errorf("%s: %d, %s", name, code, log.String())
		}
	}
}
