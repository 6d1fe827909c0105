package secret

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

const value = "s3cr3t-value"

// team is a resolver for team "main", with a directory and a prefix.
func team(t *testing.T, files map[string]string, env map[string]string) *Resolver {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "outside")); err != nil {
		t.Fatal(err)
	}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	r, err := New(Access{Files: map[string]string{"main": dir}, Env: map[string]string{"main": "P_"}}, lookup, deferred.Eval, loaded)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// task names secrets in its environment; all sources are there.
func task(t *testing.T, team string, env graph.Map) *weirv1.Task {
	t.Helper()
	sources := map[string]graph.SecretSource{"f": {Type: "file"}, "deep": {Type: "file", Config: graph.Map{"path": graph.String("deep")}}, "e": {Type: "env"},
		"up": {Type: "file", Config: graph.Map{"path": graph.String("../x")}}, "odd": {Type: "env", Config: graph.Map{"x": graph.String("y")}}, "v": {Type: "vault"}}
	b, err := protocol.Later{Secrets: state.SecretsOf(team, sources, env), Env: env}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return &weirv1.Task{Env: []string{"A=b"}, Later: b}
}

func expr(source string, refs ...string) graph.Deferred {
	slices.Sort(refs)
	return graph.Deferred{Source: source, Closed: graph.Map{"build": graph.Map{"number": graph.Number("7")}}, Refs: refs}
}

func TestFill(t *testing.T) {
	r := team(t, map[string]string{"db/password": value + "\n", "tls.key": "k1\nk2-long\n", "deep/x": "deep-value"}, map[string]string{"P_API_KEY": "from-env"})
	tk := task(t, "main", graph.Map{
		"ONE":  expr("${secret.f.db.password}", "secret.f.db.password"),
		"IN":   expr("user:${secret.f.db.password}@${build.number}", "secret.f.db.password"),
		"KEY":  expr(`${secret.f["tls.key"]}`, "secret.f.tls.key"),
		"SAME": expr("${secret.f.tls.key}", "secret.f.tls.key"),
		"DEEP": expr("${secret.deep.x}", "secret.deep.x"),
		"ENV":  expr("${secret.e.api-key}", "secret.e.api-key"),
		"SUM":  expr("${sha256(secret.e.api-key)}", "secret.e.api-key"),
	})
	values, err := r.Fill(t.Context(), tk)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A=b", "ONE=" + value, "IN=user:" + value + "@7", "KEY=k1\nk2-long\n", "SAME=k1\nk2-long\n", "DEEP=deep-value", "ENV=from-env"} {
		if !slices.Contains(tk.Env, want) {
			t.Errorf("no %q in %q", want, tk.Env)
		}
	}
	if tk.Later != nil {
		t.Error("the names go to the worker")
	}
	for _, v := range []string{value, "from-env", "k1\nk2-long\n", "deep-value"} {
		if !slices.Contains(values, v) {
			t.Errorf("%q is not in the list of what is secret", v)
		}
	}
	sum := tk.Env[slices.IndexFunc(tk.Env, func(l string) bool { return strings.HasPrefix(l, "SUM=") })]
	if !slices.Contains(values, strings.TrimPrefix(sum, "SUM=")) {
		t.Error("the hash of a secret is not kept secret")
	}
}

// Errors name the secret and its source, never a value nor the operator's directory.
func TestWhatCannotBeRead(t *testing.T) {
	r := team(t, map[string]string{"short": "abc", "empty": "\n", "binary": "\xff\xfe12345", "num": value, "dir/x": value, "a": value}, nil)
	for ref, want := range map[string]string{
		"f.nope":     "secret.f.nope: secret_source.file.f: there is no file nope in the team's directory",
		"f.outside":  "file outside: path escapes from parent",
		"f.short":    "secret.f.short: it has less than 4 bytes",
		"f.empty":    "secret.f.empty: it is empty",
		"f.binary":   "it is no text",
		"f.dir":      "file dir: is a directory",
		"up.x":       `config.path "../x" is no path`,
		"e.nope":     "the server has no environment variable P_NOPE",
		"odd.x":      "config.x is not known: it has prefix",
		"v.x":        `type "vault" are not run`,
		"missing.xx": `the pipeline has no secret source "missing"`,
	} {
		_, err := r.Fill(t.Context(), task(t, "main", graph.Map{"A": expr("${secret."+ref+"}", "secret."+ref)}))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), os.TempDir()) {
			t.Errorf("%s: %v, want %q", ref, err, want)
		}
	}
	_, err := r.Fill(t.Context(), task(t, "main", graph.Map{"A": expr("${tonumber(secret.f.num)}", "secret.f.num")}))
	if err == nil || strings.Contains(err.Error(), value) {
		t.Errorf("%v", err)
	}
	_, err = r.Fill(t.Context(), task(t, "main", graph.Map{"A": expr("${secret.f.a}${secret.f.a.b}", "secret.f.a", "secret.f.a.b")}))
	if err == nil || strings.Contains(err.Error(), value) {
		t.Errorf("one secret inside of another: %v", err)
	}
}

// What the operator gave to one team is nothing to another.
func TestTeamsAreApart(t *testing.T) {
	r := team(t, map[string]string{"x": value}, map[string]string{"P_X": value})
	for _, ref := range []string{"f.x", "e.x"} {
		_, err := r.Fill(t.Context(), task(t, "other", graph.Map{"A": expr("${secret."+ref+"}", "secret."+ref)}))
		if err == nil || !strings.Contains(err.Error(), `team "other" may read no secrets`) || !strings.Contains(err.Error(), "other=") {
			t.Errorf("%s: %v", ref, err)
		}
	}
	for _, a := range []Access{
		{Files: map[string]string{"a": "/s", "b": "/s/b"}},
		{Files: map[string]string{"a": "/s", "b": "/s"}},
		{Files: map[string]string{"a": "relative"}},
		{Env: map[string]string{"a": "P_", "b": "P_B_"}},
		{Env: map[string]string{"a": ""}},
	} {
		if _, err := New(a, nil, nil, nil); err == nil {
			t.Errorf("%v is allowed", a)
		}
	}
	if _, err := New(Access{Files: map[string]string{"a": "/s/a", "b": "/s/ab"}, Env: map[string]string{"a": "P_A_", "b": "P_B_"}}, nil, nil, nil); err != nil {
		t.Error(err)
	}
}

func TestFillARequest(t *testing.T) {
	r := team(t, map[string]string{"x": `va"lue`}, nil)
	req := protocol.Request{Source: graph.Map{"key": expr("${secret.f.x}", "secret.f.x")}, Version: map[string]string{"ref": "1"}, Params: graph.Map{}}
	sources := map[string]graph.SecretSource{"f": {Type: "file"}}
	b, err := protocol.Later{Secrets: state.SecretsOf("main", sources, req.Deferred()), Request: req.Deferred()}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	tk := &weirv1.Task{Later: b}
	if _, err := r.Fill(t.Context(), tk); err != nil || string(tk.Stdin) != `{"params":{},"source":{"key":"va\"lue"},"version":{"ref":"1"}}` {
		t.Errorf("%s, %v", tk.Stdin, err)
	}
	if _, err := r.Fill(t.Context(), &weirv1.Task{Later: []byte("x")}); err == nil {
		t.Error("what cannot be read is taken")
	}
	if values, err := r.Fill(t.Context(), &weirv1.Task{}); values != nil || err != nil {
		t.Errorf("a task without secrets: %q, %v", values, err)
	}
}

// loaded are the results of runs.
func loaded(_ context.Context, run string) ([]byte, error) {
	results := map[string]string{
		"r1": `{"value":{"token":"` + value + `","short":"ab","n":1,"list":["one-of-it"]}}`,
		"r2": `{"value":"seen-by-all"}`,
		"r3": `{"value":null,"error":"app/x: there is no such file"}`,
	}
	if result, ok := results[run]; ok {
		return []byte(result), nil
	}
	return nil, errors.New("result of run " + run + ": not found")
}

// What was loaded is put in on the way, and kept out of logs where nobody may see it.
func TestFillLoads(t *testing.T) {
	r := team(t, nil, nil)
	fill := func(source string, l map[string]protocol.Load, refs ...string) ([]string, []string, error) {
		b, err := protocol.Later{Loads: l, Env: graph.Map{"X": expr(source, refs...)}}.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		tk := &weirv1.Task{Later: b}
		values, err := r.Fill(t.Context(), tk)
		slices.Sort(values)
		return tk.Env, slices.Compact(values), err
	}
	both := map[string]protocol.Load{"h": {Run: "r1", Hidden: true}, "s": {Run: "r2"}}
	env, values, err := fill("${load.h.token} ${load.h.n} ${load.s}", both, "load.h", "load.s")
	want := []string{"one-of-it", value, value + " 1 seen-by-all"}
	slices.Sort(want)
	if err != nil || !slices.Equal(env, []string{"X=" + value + " 1 seen-by-all"}) || !slices.Equal(values, want) {
		t.Errorf("%q, hidden %q, %v", env, values, err)
	}
	for run, want := range map[string]string{"r3": "load.h: app/x: there is no such file", "gone": "load.h: result of run gone: not found"} {
		if _, _, err := fill("${load.h}", map[string]protocol.Load{"h": {Run: run}}, "load.h"); err == nil || err.Error() != want {
			t.Errorf("%s: %v", run, err)
		}
	}
	_, _, err = fill("${load.h.token + 1}", both, "load.h")
	if err == nil || strings.Contains(err.Error(), value) {
		t.Errorf("%v", err)
	}
}

func TestParseAccess(t *testing.T) {
	if got, err := ParseAccess([]string{"a=/x", "b=/y=z"}); err != nil || got["a"] != "/x" || got["b"] != "/y=z" {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range [][]string{{"a"}, {"=x"}, {"a="}, {"a=x", "a=y"}} {
		if _, err := ParseAccess(bad); err == nil {
			t.Errorf("%q is allowed", bad)
		}
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{"a\n": "a", "a\r\n": "a", "a": "a", "a\nb\n": "a\nb\n", "a\n\n": "a\n\n", "": ""} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if _, err := (files{root: "/nowhere"}).Get(t.Context(), []string{"x"}); err == nil || strings.Contains(err.Error(), "nowhere") || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// The services of a task are told their secrets as the task is.
func TestFillBeside(t *testing.T) {
	r := team(t, map[string]string{"password": value}, nil)
	env := graph.Map{"PASSWORD": expr("${secret.f.password}", "secret.f.password")}
	b, err := protocol.Later{Secrets: state.SecretsOf("main", map[string]graph.SecretSource{"f": {Type: "file"}}, env), Beside: graph.Map{"db": env}}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	tk := &weirv1.Task{Later: b, Services: []*weirv1.Service{{Name: "cache"}, {Name: "db", Env: []string{"A=b"}}}}
	values, err := r.Fill(t.Context(), tk)
	if err != nil {
		t.Fatal(err)
	}
	if got := tk.Services[1].Env; !slices.Equal(got, []string{"A=b", "PASSWORD=" + value}) || len(tk.Services[0].Env)+len(tk.Env) > 0 {
		t.Errorf("%q, %q, %q", got, tk.Services[0].Env, tk.Env)
	}
	if !slices.Contains(values, value) || tk.Later != nil {
		t.Errorf("%q is secret, %q goes to the worker", values, tk.Later)
	}
}
