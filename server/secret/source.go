package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Source reads secrets of one team. It is safe for concurrent use.
type Source interface {
	// Get reads what a pipeline calls secret.NAME.PATH. The error names what was
	// looked for, in words of the pipeline.
	Get(ctx context.Context, path []string) (string, error)
}

// files are a directory's: secret.NAME.db.password is db/password, or db.password.
type files struct{ root, below string }

func newFiles(root string, config graph.Map) (Source, error) {
	below, err := only(config, "path")
	if err == nil && below != "" && !fs.ValidPath(below) {
		err = fmt.Errorf("config.path %q is no path below the team's directory, such as \"deploy\" or \"deploy/eu\"", below)
	}
	return files{root, below}, err
}

// Get is Source. Links that lead out of the directory are not followed.
func (f files) Get(_ context.Context, names []string) (string, error) {
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return "", fmt.Errorf("the server cannot read the team's directory of secrets: %w", cause(err))
	}
	defer func() { _ = root.Close() }()
	for _, name := range []string{path.Join(names...), strings.Join(names, ".")} {
		text, err := read(root, path.Join(f.below, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
	}
	return "", fmt.Errorf("there is no file %s in the team's directory of secrets", path.Join(f.below, path.Join(names...)))
}

func read(root *os.Root, name string) (string, error) {
	f, err := root.Open(name)
	if err != nil {
		return "", fmt.Errorf("file %s: %w", name, cause(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", fmt.Errorf("file %s: %w", name, cause(err))
	}
	return oneLine(string(b)), nil
}

// cause is an error without the operator's paths.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// oneLine takes the end of the line off a value that has one line, as editors put
// it there. Several lines stay what they are: some keys need their last one's end.
func oneLine(s string) string {
	if line := strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r"); !strings.Contains(line, "\n") {
		return line
	}
	return s
}

// variables are the server's environment below a prefix: secret.NAME.db.password
// is PREFIX_DB_PASSWORD where the prefix is PREFIX_.
type variables struct {
	prefix string
	lookup func(string) (string, bool)
}

func newVariables(prefix string, lookup func(string) (string, bool), config graph.Map) (Source, error) {
	more, err := only(config, "prefix")
	return variables{prefix + more, lookup}, err
}

// Get is Source.
func (v variables) Get(_ context.Context, names []string) (string, error) {
	name := v.prefix + variableName(strings.Join(names, "_"))
	if text, ok := v.lookup(name); ok {
		return text, nil
	}
	return "", fmt.Errorf("the server has no environment variable %s", name)
}

func variableName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, s)
}

// only is the one thing that a source's config may have.
func only(config graph.Map, key string) (string, error) {
	for k, v := range config {
		text, ok := v.(graph.String)
		if k != key || !ok {
			return "", fmt.Errorf("config.%s is not known: it has %s, a string", k, key)
		}
		return string(text), nil
	}
	return "", nil
}
