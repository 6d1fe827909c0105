package lsp

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weirci/weir/lang/assist"
	"github.com/weirci/weir/lang/hcl"
)

// files are the texts that the editor holds, and beside them those of the disk.
// Only a file that has changed is read again.
type files struct {
	mu   sync.Mutex
	open map[string]*held       // by path
	disk map[string]saved       // by path
	dirs map[string]*assist.Dir // the last ones, by path
}

// held is a text that the editor holds.
type held struct {
	uri     string
	version int
	text    []byte
	file    *assist.File // nil: not read yet
}

// saved is a file as the disk has it.
type saved struct {
	changed time.Time
	size    int64
	file    *assist.File
}

func newFiles() *files {
	return &files{open: map[string]*held{}, disk: map[string]saved{}, dirs: map[string]*assist.Dir{}}
}

// pathOf is the path of a document. One that is no file has a path that no file
// has.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || !filepath.IsAbs(u.Path) {
		return uri
	}
	return filepath.Clean(u.Path)
}

// uriOf is the name that the editor knows a path by.
func (f *files) uriOf(path string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.open[path]; h != nil {
		return h.uri
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// dirOf is the directory of a path: what is no file is in one of its own.
func dirOf(path string) string {
	if !filepath.IsAbs(path) {
		return path
	}
	return filepath.Dir(path)
}

func (f *files) put(uri string, version int, text []byte) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := pathOf(uri)
	f.open[path] = &held{uri: uri, version: version, text: text}
	return path
}

// change makes changes in a text; false: the editor does not hold it.
func (f *files) change(p changeParams) (path string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	path = pathOf(p.TextDocument.URI)
	h := f.open[path]
	if h == nil {
		return path, false
	}
	text := h.text
	for _, c := range p.Changes {
		if c.Range == nil {
			text = []byte(c.Text)
			continue
		}
		lines := assist.NewLines(text)
		start, end := lines.Offset(c.Range.Start.Line, c.Range.Start.Character), lines.Offset(c.Range.End.Line, c.Range.End.Character)
		text = slices.Concat(text[:start], []byte(c.Text), text[max(start, end):])
	}
	f.open[path] = &held{uri: h.uri, version: p.TextDocument.Version, text: text}
	return path, true
}

func (f *files) close(uri string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := pathOf(uri)
	delete(f.open, path)
	return path
}

// unsaved are all texts that the editor holds, with their versions.
func (f *files) unsaved() (texts map[string][]byte, versions map[string]int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	texts, versions = map[string][]byte{}, map[string]int{}
	for path, h := range f.open {
		texts[path], versions[path] = h.text, h.version
	}
	return texts, versions
}

// directories are those of the texts that the editor holds.
func (f *files) directories() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var dirs []string
	for path := range f.open {
		if dir := dirOf(path); filepath.IsAbs(path) && strings.HasSuffix(path, hcl.Suffix) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return dirs
}

// dir is a directory as it is now.
func (f *files) dir(path string) *assist.Dir {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*assist.File
	for p, h := range f.open {
		if dirOf(p) == path {
			if h.file == nil {
				h.file = assist.Parse(p, h.text)
			}
			all = append(all, h.file)
		}
	}
	all = append(all, f.onDisk(path)...)
	if last := f.dirs[path]; last != nil && last.Has(all) {
		return last
	}
	d := assist.NewDir(path, all, f.beside)
	f.dirs[path] = d
	return d
}

// beside is a directory that a module is read from, or nil.
func (f *files) beside(path string) *assist.Dir {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil
	}
	return f.dir(path)
}

// onDisk are the files of a directory that the editor does not hold.
func (f *files) onDisk(dir string) []*assist.File {
	if !filepath.IsAbs(dir) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // a directory that is not there yet has no files
	}
	var all []*assist.File
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if f.open[path] != nil || !strings.HasSuffix(path, hcl.Suffix) {
			continue
		}
		if file := f.read(path); file != nil {
			all = append(all, file)
		}
	}
	return all
}

const maxFile = 16 << 20 // bytes; larger ones are no pipelines

func (f *files) read(path string) *assist.File {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	if s := f.disk[path]; s.file != nil && s.size == info.Size() && s.changed.Equal(info.ModTime()) {
		return s.file
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	file := assist.Parse(path, text)
	f.disk[path] = saved{changed: info.ModTime(), size: info.Size(), file: file}
	return file
}
