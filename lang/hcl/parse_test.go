package hcl

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/weirci/weir/lang/langtest"
)

// A file read in pieces says the same, at the same places, as in one.
func TestPieces(t *testing.T) {
	dir := t.TempDir()
	if err := langtest.Write(dir, langtest.Size{Jobs: 300, Steps: 5}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "jobs_000.weir.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(split(text, pieceSize)); n < 3 {
		t.Fatalf("%d pieces of %d bytes", n, len(text))
	}
	got, list := parseAll([]file{{"f", text}})
	var one reader
	one.parse("f", piece{text, hcl.InitialPos})
	if len(list) > 0 || !reflect.DeepEqual(got.Jobs, one.config.Jobs) {
		t.Errorf("%v; the jobs differ", list)
	}
}

// A cut inside of a heredoc, a comment or a template is found out.
func TestWrongCuts(t *testing.T) {
	fill := strings.Repeat("# fill\n", pieceSize/7+1)
	for name, text := range map[string]string{
		"heredoc":  "locals {\n  x = <<E\n" + fill + "}\nE\n}\njob \"a\" {}\n",
		"comment":  "/*\n" + fill + "}\n*/\njob \"a\" {}\n",
		"comments": "/*\n" + fill + "}\n# */\njob \"a\" {}\n",
		"hidden":   "/*\n" + fill + "}\n# */ job \"b\" {}\njob \"a\" {}\n",
		"nested":   "locals {\n" + fill + "  x = {\n}\n}\njob \"a\" {}\n",
		"in line":  "locals {\n" + fill + "  x = { a = [\n{\n}\n] }\n}\njob \"a\" {}\n",
		"template": "locals {\n" + fill + "  x = \"${merge({\n}\n, {})}\"\n}\njob \"a\" {}\n",
	} {
		cfg, list := parseAll([]file{{"f", []byte(text)}})
		var one reader
		one.parse("f", piece{[]byte(text), hcl.InitialPos})
		if len(one.list) != len(list) || len(cfg.Jobs) != len(one.config.Jobs) || len(cfg.Locals) != len(one.config.Locals) {
			t.Errorf("%s: %v, in one piece %v", name, list, one.list)
		}
		if len(split([]byte(text), pieceSize)) < 2 {
			t.Errorf("%s: was not cut", name)
		}
	}
}
