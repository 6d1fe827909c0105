package load_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weirci/weir/worker/load"
)

// dir has a file app/v with a text in it.
func dir(t *testing.T, text string) string {
	t.Helper()
	d := t.TempDir()
	if err := os.MkdirAll(filepath.Join(d, "app"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d, "app", "v"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return d
}

func answer(t *testing.T, dir string, r load.Request) string {
	t.Helper()
	var out, log bytes.Buffer
	request, _ := json.Marshal(r)
	if code := load.Main(dir, bytes.NewReader(request), &out, &log); code != 0 {
		t.Fatalf("exit code %d: %s", code, &log)
	}
	return strings.TrimSpace(out.String())
}

func TestFormats(t *testing.T) {
	tests := []struct{ format, text, want string }{
		{"json", ` {"a": [1, 12345678901234567890.5, true, null]} ` + "\n", `{"value":{"a":[1,12345678901234567890.5,true,null]}}`},
		{"json", `{} {}`, `{"value":null,"error":"app/v: it is no JSON: something follows the value"}`},
		{"json", "{\n  \"token\": s3cret", `{"value":null,"error":"app/v: it is no JSON: line 2, column 12"}`},
		{"json", ``, `{"value":null,"error":"app/v: it is no JSON: line 1, column 1"}`},
		{"yaml", "a: &x [no, 1, 2026-01-02, 1.10]\nb: *x\n3: {}\n", `{"value":{"3":{},"a":["no",1,"2026-01-02",1.1],"b":["no",1,"2026-01-02",1.1]}}`},
		{"yaml", "base: &b {k: v}\nd:\n  <<: *b\n  l: w", `{"value":{"base":{"k":"v"},"d":{"k":"v","l":"w"}}}`},
		{"yaml", "a: 1\n---\nb: 2\n", `{"value":null,"error":"app/v: it has more than one YAML document"}`},
		{"yaml", "", `{"value":null,"error":"app/v: it is empty"}`},
		{"yaml", "a: .inf", `{"value":null,"error":"app/v: it has a number that is infinite, or none"}`},
		{"trim", "\n 1.2.3 \n", `{"value":"1.2.3"}`},
		{"raw", " 1.2.3\n", `{"value":" 1.2.3\n"}`},
		{"raw", "\xff", `{"value":null,"error":"app/v: it is no text in UTF-8"}`},
		{"xml", "x", `{"value":null,"error":"app/v: no format is called \"xml\""}`},
	}
	for _, tt := range tests {
		if got := answer(t, dir(t, tt.text), load.Request{File: "app/v", Format: tt.format, Most: 1 << 10}); got != tt.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.format, tt.text, got, tt.want)
		}
	}
}

// What is in a file that cannot be read is not told: it may be a secret.
func TestErrorsDoNotQuote(t *testing.T) {
	for format, text := range map[string]string{"json": `{"a": hunter22}`, "yaml": "a: hunter22: hunter22\n- hunter22"} {
		got := answer(t, dir(t, text), load.Request{File: "app/v", Format: format, Most: 1 << 10})
		if !strings.Contains(got, "it is no "+strings.ToUpper(format)) || strings.Contains(got, "hunter22") {
			t.Errorf("%s: %s", format, got)
		}
	}
}

func TestABombIsRefused(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	got := answer(t, dir(t, bomb), load.Request{File: "app/v", Format: "yaml", Most: 1 << 20})
	if !strings.Contains(got, "it is no YAML") {
		t.Errorf("%.200s", got)
	}
}

func TestOnlyFilesInside(t *testing.T) {
	d := dir(t, strings.Repeat("x", 100))
	if err := os.Symlink("/etc/passwd", filepath.Join(d, "app", "out")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(d, "app", "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"app/v": "it has more than 0 KiB", "app/nope": "app/nope: there is no such file", "app": "app: it is no file", "app/pipe": "it is no file",
		"app/out": "path escapes", "../x": "path escapes",
	} {
		if got := answer(t, d, load.Request{File: file, Format: "raw", Most: 50}); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

func TestNoRequest(t *testing.T) {
	var log bytes.Buffer
	if code := load.Main(t.TempDir(), strings.NewReader("{"), &bytes.Buffer{}, &log); code != 2 || !strings.Contains(log.String(), "request") {
		t.Errorf("%d, %s", code, &log)
	}
}
