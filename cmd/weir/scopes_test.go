package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var mockSource = regexp.MustCompile(`(?s)resource "mock" "[^"]+" \{.*?source\s*=\s*(\{[^}]*\})`)

// TestScriptsShareNoScope: resources of the same type and source are one scope
// in a server, and the scripts share a server: what one script checks another
// would find. So each script says in its sources which it is.
func TestScriptsShareNoScope(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	of, seen := map[string]string{}, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("\ndev\n")) && !bytes.HasPrefix(text, []byte("dev\n")) {
			continue
		}
		for _, m := range mockSource.FindAllSubmatch(text, -1) {
			seen++
			source := strings.Join(strings.Fields(string(m[1])), " ")
			if other := of[source]; other != "" && other != file {
				t.Errorf("%s and %s both have a mock resource of the source %s: give each its own, such as { log = %q }", other, file, source, "x of "+strings.TrimSuffix(filepath.Base(file), ".txtar"))
			}
			of[source] = file
		}
	}
	if seen < 10 {
		t.Errorf("only %d mock resources were found: has the way they are written changed?", seen)
	}
}
