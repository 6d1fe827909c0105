package mock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/worker/resource"
)

// Source is what a resource of this type says.
type Source struct {
	InitialVersion   string              `json:"initial_version"`    // of the first check; default "mock"
	NoInitialVersion bool                `json:"no_initial_version"` // the first check finds nothing
	ForceVersion     string              `json:"force_version"`      // every check finds this
	CreateFiles      map[string]any      `json:"create_files"`       // path → text, or data that is written as JSON
	CheckDelay       string              `json:"check_delay"`        // how long a check takes, "5s"
	CheckFailure     string              `json:"check_failure"`      // every check fails with this
	Metadata         []resource.Metadata `json:"metadata"`           // of every get and put
	Log              string              `json:"log"`                // printed on every action
}

// GetParams of a get step.
type GetParams struct {
	CreateFiles map[string]any `json:"create_files_via_params"` // over those of the source
}

// PutParams of a put step.
type PutParams struct {
	Version  string `json:"version"`
	File     string `json:"file"`      // the version is in this file
	PrintEnv bool   `json:"print_env"` // print the environment to the log
}

// Type implements resource.Type.
type Type struct{}

const key = "version"

// Check gives the version that it is asked for: any version can be made by
// checking from it.
func (Type) Check(ctx context.Context, h resource.Host, r resource.Request) ([]resource.Version, error) {
	s, err := source(h, r)
	if err != nil {
		return nil, err
	}
	if s.CheckDelay != "" {
		delay, err := time.ParseDuration(s.CheckDelay)
		if err != nil {
			return nil, fmt.Errorf("source.check_delay: %w", err)
		}
		if err := h.Wait(ctx, delay); err != nil {
			return nil, err
		}
	}
	switch {
	case s.CheckFailure != "":
		return nil, errors.New(s.CheckFailure)
	case s.ForceVersion != "":
		return []resource.Version{{key: s.ForceVersion}}, nil
	case r.Version != nil:
		return []resource.Version{r.Version}, nil
	case s.NoInitialVersion:
		return []resource.Version{}, nil
	case s.InitialVersion == "":
		return []resource.Version{{key: "mock"}}, nil
	}
	return []resource.Version{{key: s.InitialVersion}}, nil
}

// In writes the version, and the files that it is told to write.
func (Type) In(_ context.Context, h resource.Host, r resource.Request, dir string) (resource.Response, error) {
	s, err := source(h, r)
	if err != nil {
		return resource.Response{}, err
	}
	params, err := resource.Configure[GetParams]("params", r.Params)
	if err != nil {
		return resource.Response{}, err
	}
	fmt.Fprintf(h.Log, "fetching version: %s\n", r.Version[key])
	files := map[string]any{"version": r.Version[key]}
	maps.Copy(files, s.CreateFiles)
	maps.Copy(files, params.CreateFiles)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := create(dir, name, files[name]); err != nil {
			return resource.Response{}, err
		}
	}
	return resource.Response{Version: r.Version, Metadata: s.Metadata}, nil
}

// Out answers with the version that it is told.
func (Type) Out(_ context.Context, h resource.Host, r resource.Request, dir string) (resource.Response, error) {
	s, err := source(h, r)
	if err != nil {
		return resource.Response{}, err
	}
	params, err := resource.Configure[PutParams]("params", r.Params)
	if err != nil {
		return resource.Response{}, err
	}
	if params.PrintEnv {
		fmt.Fprintln(h.Log, strings.Join(slices.Sorted(slices.Values(h.Env)), "\n"))
	}
	version := params.Version
	if params.File != "" {
		content, err := os.ReadFile(filepath.Join(dir, params.File))
		if err != nil {
			return resource.Response{}, fmt.Errorf("params.file: %w", err)
		}
		version = strings.TrimSpace(string(content))
	}
	if version == "" {
		return resource.Response{}, errors.New("params: give version, or file with a version in it")
	}
	fmt.Fprintf(h.Log, "pushing version: %s\n", version)
	return resource.Response{Version: resource.Version{key: version}, Metadata: s.Metadata}, nil
}

func source(h resource.Host, r resource.Request) (Source, error) {
	s, err := resource.Configure[Source]("source", r.Source)
	if s.Log != "" {
		fmt.Fprintln(h.Log, s.Log)
	}
	return s, err
}

// create writes one file below dir; a path that leaves it is an error.
func create(dir, name string, content any) error {
	text, ok := content.(string)
	if !ok {
		b, err := json.Marshal(content)
		if err != nil {
			return fmt.Errorf("creating %s: %w", name, err)
		}
		text = string(b)
	}
	if !filepath.IsLocal(name) {
		return fmt.Errorf("creating %s: it is not inside the artifact", name)
	}
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("creating %s: %w", name, err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		return fmt.Errorf("creating %s: %w", name, err)
	}
	return nil
}
