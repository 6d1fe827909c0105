package process

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirci/weir/worker"
)

// paths translates a container's paths to those of a run's directory.
type paths []pair

type pair struct{ from, to string }

func newPaths(dir string, mounts []worker.Mount) paths {
	p := paths{{worker.BuildDir, filepath.Join(dir, "build")}}
	for _, m := range mounts {
		if !within(m.Path, worker.BuildDir) {
			path := filepath.Clean(m.Path)
			p = append(p, pair{path, filepath.Join(dir, "root", path)})
		}
	}
	// The longest first: a mount inside another one is meant where it matches.
	slices.SortFunc(p, func(a, b pair) int { return len(b.from) - len(a.from) })
	return p
}

func within(path, dir string) bool {
	path = filepath.Clean(path)
	return path == dir || strings.HasPrefix(path, dir+"/")
}

// path translates a path that stands alone.
func (p paths) path(path string) string {
	for _, q := range p {
		if within(path, q.from) {
			return q.to + strings.TrimPrefix(filepath.Clean(path), q.from)
		}
	}
	return path
}

// text translates every path in a text, such as a script: from is one where no
// other name touches it on either side.
func (p paths) text(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		q, ok := p.at(s, i)
		if !ok {
			b.WriteByte(s[i])
			i++
			continue
		}
		b.WriteString(q.to)
		i += len(q.from)
	}
	return b.String()
}

func (p paths) at(s string, i int) (pair, bool) {
	if i > 0 && inName(s[i-1]) {
		return pair{}, false
	}
	for _, q := range p {
		end := i + len(q.from)
		if strings.HasPrefix(s[i:], q.from) && (end == len(s) || !inName(s[end])) {
			return q, true
		}
	}
	return pair{}, false
}

func inName(c byte) bool {
	return c == '.' || c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p paths) texts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = p.text(s)
	}
	return out
}
