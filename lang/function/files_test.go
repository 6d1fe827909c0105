package function

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// module is a pipeline with a module below it, and a secret beside both.
func module(t *testing.T) Dirs {
	t.Helper()
	base := t.TempDir()
	write(t, base, map[string]string{
		"secret.txt": "secret", "p/shared.txt": "shared", "p/modules/m/own.txt": "own", "p/modules/m/sub/deep.txt": "deep", "p/modules/m/sub/x.md": "x",
		"p/modules/m/bytes": "\xff\xfe", "p/modules/m/greet.tmpl": "%{ for n in names }Hello ${upper(n)}\n%{ endfor }", "p/modules/m/broken.tmpl": "a\nb ${",
		"p/modules/m/nested.tmpl": `${templatefile("greet.tmpl", {})}`, "p/modules/m/deep.tmpl": "${" + strings.Repeat("(", 100_000) + "}",
		"elsewhere/m/own.txt": "cached",
	})
	for link, to := range map[string]string{"out": "../../../secret.txt", "in": "own.txt", "dirout": "../../.."} {
		if err := os.Symlink(to, filepath.Join(base, "p/modules/m", link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(base, "p/modules/m/pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Dirs{Module: filepath.Join(base, "p/modules/m"), Root: filepath.Join(base, "p"), Path: "modules/m"}
}

// Each line is true in a module of a pipeline.
func TestFiles(t *testing.T) {
	table := In(module(t))
	for _, src := range []string{
		`file("own.txt") == "own" && file("./sub/../own.txt") == "own" && file("in") == "own"`,
		`file("modules/m/own.txt") == "own" && fileexists("modules/m/sub/deep.txt")`, // "${path.module}/own.txt"
		`file("../../shared.txt") == "shared"`,                                       // of the pipeline that the module is a part of
		`filebase64("bytes") == "//4=" && filesha256("own.txt") == sha256("own") && filebase64sha512("own.txt") == base64sha512("own")`,
		`fileexists("own.txt") && !fileexists("no.txt") && fileexists("in")`,
		`fileset(".", "**/*.txt") == toset(["own.txt", "sub/deep.txt"]) && fileset("sub", "*") == toset(["deep.txt", "x.md"]) && length(fileset("none", "*")) == 0`,
		`templatefile("greet.tmpl", { names = ["a", "b"] }) == "Hello A\nHello B\n"`,
		`try(file("nothing"), "else") == "else"`,
	} {
		if v, err := eval(t, src, table); err != nil || !v.RawEquals(cty.True) {
			t.Errorf("%s: %#v %v", src, v, err)
		}
	}
}

func TestFilesRefused(t *testing.T) {
	dirs := module(t)
	for src, want := range map[string]string{
		`file("../../../secret.txt")`:       "outside",
		`file("/etc/passwd")`:               "relative",
		`file("out")`:                       "cannot be read",
		`file("dirout/secret.txt")`:         "cannot be read",
		`fileexists("../../../secret.txt")`: "outside",
		`fileexists("sub")`:                 "is a directory",
		`fileset("..", "../../*.txt")`:      "",
		`fileset(".", "[")`:                 "no pattern",
		`file("pipe")`:                      "no regular file",
		`file("nothing.txt")`:               "there is no file nothing.txt",
		`file("bytes")`:                     "filebase64",
		`templatefile("broken.tmpl", {})`:   "broken.tmpl:2",
		`templatefile("greet.tmpl", {})`:    "greet.tmpl:1",
		`templatefile("greet.tmpl", 1)`:     "object",
		`templatefile("nested.tmpl", {})`:   "templatefile",
		`templatefile("deep.tmpl", {})`:     "nested",
	} {
		v, err := eval(t, src, In(dirs))
		if want == "" {
			if err == nil && v.LengthInt() > 0 {
				t.Errorf("%s found %#v", src, v)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %#v, %v; want %q", src, v, err, want)
		} else if strings.Contains(err.Error(), dirs.Root) {
			t.Errorf("%.80s: the message has the machine's directories in it: %v", src, err)
		}
	}
}

// A module outside of the pipeline's directory, fetched into a cache, has its
// own files and no others.
func TestFilesOfCachedModule(t *testing.T) {
	d := module(t)
	table := In(Dirs{Module: filepath.Join(filepath.Dir(d.Root), "elsewhere/m"), Root: d.Root})
	if v, err := eval(t, `file("own.txt")`, table); err != nil || v.AsString() != "cached" {
		t.Errorf("%#v, %v", v, err)
	}
	if _, err := eval(t, `file("../../secret.txt")`, table); err == nil {
		t.Error("it reads files outside of its directory")
	}
}

func TestLargeFile(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "large"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 40); err != nil {
		t.Skip(err)
	}
	if _, err := eval(t, `filesha256("large")`, In(Dirs{Module: dir})); err == nil || !strings.Contains(err.Error(), "16 MiB") {
		t.Error(err)
	}
}
