package timer

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/weirci/weir/worker/resource"
)

// Type implements resource.Type.
type Type struct{}

const key = "time"

// Check gives the given version and, if one is due, now.
func (Type) Check(_ context.Context, h resource.Host, r resource.Request) ([]resource.Version, error) {
	rule, err := parse(r.Source)
	if err != nil {
		return nil, err
	}
	last, err := versionTime(r.Version)
	if err != nil {
		return nil, err
	}
	versions := []resource.Version{}
	if !last.IsZero() {
		versions = append(versions, r.Version)
	}
	if now := h.Now(); rule.due(last, now) {
		versions = append(versions, version(now))
	}
	return versions, nil
}

// In writes the time into the file "time", and the request into "input".
func (Type) In(_ context.Context, _ resource.Host, r resource.Request, dir string) (resource.Response, error) {
	if _, err := resource.Configure[struct{}]("params", r.Params); err != nil {
		return resource.Response{}, err
	}
	if _, err := versionTime(r.Version); err != nil {
		return resource.Response{}, err
	}
	request, err := json.Marshal(r)
	if err != nil {
		return resource.Response{}, fmt.Errorf("writing the request: %w", err)
	}
	for name, content := range map[string][]byte{"input": request, "time": []byte(r.Version[key] + "\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return resource.Response{}, fmt.Errorf("writing the time: %w", err)
		}
	}
	return resource.Response{Version: r.Version}, nil
}

// Out gives the present time.
func (Type) Out(_ context.Context, h resource.Host, r resource.Request, _ string) (resource.Response, error) {
	if _, err := resource.Configure[struct{}]("params", r.Params); err != nil {
		return resource.Response{}, err
	}
	return resource.Response{Version: version(h.Now())}, nil
}

func version(t time.Time) resource.Version {
	return resource.Version{key: t.UTC().Format(time.RFC3339Nano)}
}

// versionTime is the zero time for no version.
func versionTime(v resource.Version) (time.Time, error) {
	if v == nil {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, v[key])
	if err != nil {
		return time.Time{}, fmt.Errorf("version.time: %w", err)
	}
	return t, nil
}
