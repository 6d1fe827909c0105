package target

import (
	"os"
	"path/filepath"
	"testing"
)

func environ(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

// The first of these that says something counts; each row has all that comes
// after it in the table.
func TestWhichServerACommandIsFor(t *testing.T) {
	home := t.TempDir()
	config := filepath.Join(home, "weir")
	if err := Write(config, File{Current: "prod", Targets: map[string]Target{
		"prod": {Server: "https://prod/", Token: "p"}, "test": {Server: "https://test", Token: "t"},
	}}); err != nil {
		t.Fatal(err)
	}
	project := filepath.Join(t.TempDir(), "project")
	inside := filepath.Join(project, "a", "b")
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteDev(filepath.Join(project, DevDir), "", Target{Server: "http://near", Token: "n"}); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	if err := WriteDev(elsewhere, "", Target{Server: "http://dev", Token: "d"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                string
		wish                Wish
		env                 []string
		cwd                 string
		server, token, from string
	}{
		{"the flag", Wish{Server: "https://flag", Name: "test"}, []string{"WEIR_SERVER", "https://env"}, inside, "https://flag", "", "--server"},
		{"a server that is a target's has its token", Wish{Server: "https://test/"}, nil, inside, "https://test", "t", "--server"},
		{"a named target", Wish{Name: "test"}, []string{"WEIR_SERVER", "https://env"}, inside, "https://test", "t", "target test"},
		{"the environment", Wish{}, []string{"WEIR_SERVER", "https://env", "WEIR_TOKEN", "e"}, inside, "https://env", "e", "WEIR_SERVER"},
		{"a dev that is named", Wish{}, []string{"WEIR_DEV_DIR", elsewhere}, inside, "http://dev", "d", filepath.Join(elsewhere, "dev.json")},
		{"a dev near by", Wish{}, nil, inside, "http://near", "n", filepath.Join(project, ".weir", "dev.json")},
		{"the current target", Wish{}, nil, home, "https://prod", "p", "target prod"},
		{"another token for it", Wish{Token: "x"}, nil, home, "https://prod", "x", "target prod"},
	} {
		got, err := Choose(c.wish, environ(append(c.env, "XDG_CONFIG_HOME", home)...), c.cwd)
		if err != nil || got.Server != c.server || got.Token != c.token || got.From != c.from {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	if got, err := Choose(Wish{}, environ("XDG_CONFIG_HOME", t.TempDir()), home); err != nil || got.Server != "" {
		t.Errorf("with nothing at all: %+v, %v", got, err)
	}
	if got, err := Choose(Wish{}, environ("XDG_CONFIG_HOME", home, "WEIR_DEV_DIR", home), inside); err == nil {
		t.Errorf("a named dev that does not run: %+v instead", got)
	}
	if _, err := Choose(Wish{Name: "nope"}, environ("XDG_CONFIG_HOME", home), home); err == nil {
		t.Error("a target that does not exist is an error")
	}
}

// The user's own file finds a dev from anywhere, as long as that lives.
func TestADevFromAnywhere(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	config := filepath.Join(home, "weir")
	env := environ("XDG_CONFIG_HOME", home)
	if err := WriteDev(dir, config, Target{Server: "http://dev", PID: os.Getpid()}); err != nil {
		t.Fatal(err)
	}
	if got, err := Choose(Wish{}, env, home); err != nil || got.Server != "http://dev" {
		t.Errorf("while it lives: %+v, %v", got, err)
	}
	if err := WriteDev(dir, config, Target{Server: "http://dev", PID: 1 << 30}); err != nil {
		t.Fatal(err)
	}
	if got, err := Choose(Wish{}, env, home); err != nil || got.Server != "" {
		t.Errorf("when it is dead: %+v, %v", got, err)
	}
}

// Who ends takes back its own target, and nobody else's.
func TestRemoveDev(t *testing.T) {
	config := t.TempDir()
	mine, other := t.TempDir(), t.TempDir()
	if err := WriteDev(mine, config, Target{Server: "http://mine", PID: 1}); err != nil {
		t.Fatal(err)
	}
	if err := WriteDev(other, config, Target{Server: "http://other", PID: 2}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again is no error
		if err := RemoveDev(mine, config, 1); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]bool{filepath.Join(mine, devFile): false, filepath.Join(other, devFile): true, filepath.Join(config, devFile): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: there is %v, want %v", path, err == nil, want)
		}
	}
	if err := RemoveDev(other, "", 1); err != nil { // one that could not start there
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(other, devFile)); err != nil {
		t.Error("another's file is gone")
	}
	if err := RemoveDev(other, config, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(config, devFile)); err == nil {
		t.Error("the user's file is still there")
	}
}

func TestTokensAreForTheirOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "weir")
	if err := Write(dir, File{Targets: map[string]Target{"a": {Server: "x", Token: "secret"}}}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "config.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
