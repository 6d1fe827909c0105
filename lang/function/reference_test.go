package function

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

func TestReference(t *testing.T) {
	const page = "../../docs/functions.md"
	if *update {
		if err := os.WriteFile(page, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(page)
	if err != nil || string(b) != Reference() {
		t.Errorf("docs/functions.md is not what the functions say (%v); write it with make golden", err)
	}
}
