package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker/resource"
)

func version(v string) resource.Version { return resource.Version{"version": v} }

func request(source, params string, v resource.Version) resource.Request {
	return resource.Request{Source: json.RawMessage(source), Params: json.RawMessage(params), Version: v}
}

func host(log *bytes.Buffer, waited *time.Duration) resource.Host {
	return resource.Host{
		Log: log, Env: []string{"B=2", "A=1"},
		Wait: func(_ context.Context, d time.Duration) error { *waited += d; return nil },
	}
}

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		source string
		from   resource.Version
		want   []resource.Version
		err    string
	}{
		"the first":         {`{}`, nil, []resource.Version{version("mock")}, ""},
		"the first, named":  {`{"initial_version":"1"}`, nil, []resource.Version{version("1")}, ""},
		"none at first":     {`{"no_initial_version":true}`, nil, []resource.Version{}, ""},
		"what is asked for": {`{"no_initial_version":true}`, version("7"), []resource.Version{version("7")}, ""},
		"forced":            {`{"force_version":"9"}`, version("7"), []resource.Version{version("9")}, ""},
		"failing":           {`{"check_failure":"no luck"}`, nil, nil, "no luck"},
		"a typing error":    {`{"first_version":"1"}`, nil, nil, "source: unknown key first_version"},
		"no duration":       {`{"check_delay":"long"}`, nil, nil, "source.check_delay"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			got, err := Type{}.Check(context.Background(), host(&log, new(time.Duration)), request(tt.source, "", tt.from))
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestCheckTakesItsTime(t *testing.T) {
	var log bytes.Buffer
	var waited time.Duration
	if _, err := (Type{}).Check(context.Background(), host(&log, &waited), request(`{"check_delay":"1m30s","log":"hello"}`, "", nil)); err != nil {
		t.Fatal(err)
	}
	if waited != 90*time.Second || log.String() != "hello\n" {
		t.Errorf("waited %v, log %q", waited, log.String())
	}
}

func TestInWritesFiles(t *testing.T) {
	dir := t.TempDir()
	source := `{"metadata":[{"name":"a","value":"b"}],"create_files":{"x/y.json":{"k":[1]},"z":"old"}}`
	got, err := Type{}.In(context.Background(), host(new(bytes.Buffer), nil), request(source, `{"create_files_via_params":{"z":"new"}}`, version("7")), dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := (resource.Response{Version: version("7"), Metadata: []resource.Metadata{{Name: "a", Value: "b"}}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, want := range map[string]string{"version": "7", "x/y.json": `{"k":[1]}`, "z": "new"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != want {
			t.Errorf("%s is %q (%v), want %q", name, b, err, want)
		}
	}
	_, err = Type{}.In(context.Background(), host(new(bytes.Buffer), nil), request(`{"create_files":{"../out":"x"}}`, "", version("7")), dir)
	if err == nil || !strings.Contains(err.Error(), "../out: it is not inside the artifact") {
		t.Errorf("error %v", err)
	}
}

func TestOut(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "v"), []byte("8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for params, want := range map[string]string{`{"version":"7"}`: "7", `{"file":"v"}`: "8", `{}`: "", `{"file":"w"}`: "", `{"vers":"7"}`: ""} {
		got, err := Type{}.Out(context.Background(), host(new(bytes.Buffer), nil), request(`{}`, params, nil), dir)
		if (err == nil) != (want != "") || got.Version["version"] != want {
			t.Errorf("%s: got %v, %v; want %q", params, got.Version, err, want)
		}
	}
	var log bytes.Buffer
	if _, err := (Type{}).Out(context.Background(), host(&log, nil), request(`{}`, `{"version":"1","print_env":true}`, nil), dir); err != nil || log.String() != "A=1\nB=2\npushing version: 1\n" {
		t.Errorf("log %q, %v", log.String(), err)
	}
}
