package taskfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// fields takes arguments out of a file, one after the other: what is left at the end
// is unknown. The first problem is kept.
type fields struct {
	at   string // what they are inside of, with a dot
	left map[string]any
	all  []string // that were asked for
	err  error
}

func (f *fields) fail(name, format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("%s%s: %s", f.at, name, fmt.Sprintf(format, args...))
	}
}

// take gives an argument; false where it is absent or null.
func (f *fields) take(name string) (any, bool) {
	v := f.left[name]
	f.all = append(f.all, name)
	delete(f.left, name)
	return v, v != nil
}

func (f *fields) text(name string) string {
	v, ok := f.take(name)
	if !ok {
		return ""
	}
	return f.oneText(name, v)
}

func (f *fields) oneText(name string, v any) string {
	s, ok := v.(string)
	if !ok {
		f.fail(name, "it is %s, want a string", kind(v))
	}
	return s
}

func (f *fields) texts(name string) []string {
	var out []string
	for i, v := range f.list(name) {
		out = append(out, f.oneText(fmt.Sprintf("%s[%d]", name, i), v))
	}
	return out
}

func (f *fields) list(name string) []any {
	v, ok := f.take(name)
	l, is := v.([]any)
	if ok && !is {
		f.fail(name, "it is %s, want a list", kind(v))
	}
	return l
}

func (f *fields) flag(name string) bool {
	v, ok := f.take(name)
	b, is := v.(bool)
	if ok && !is {
		f.fail(name, "it is %s, want true or false", kind(v))
	}
	return b
}

// inside are the arguments of an object; nil where there is none.
func (f *fields) inside(name string) *fields {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	return f.object(name, v)
}

func (f *fields) object(name string, v any) *fields {
	m, is := v.(map[string]any)
	if !is {
		f.fail(name, "it is %s, want an object", kind(v))
	}
	return &fields{at: f.at + name + ".", left: m}
}

// done takes over what went wrong inside.
func (f *fields) done(in *fields) {
	if err := in.end(); err != nil && f.err == nil {
		f.err = err
	}
}

// end is the first problem, or what nobody asked for.
func (f *fields) end() error {
	if f.err != nil || len(f.left) == 0 {
		return f.err
	}
	slices.Sort(f.all)
	return fmt.Errorf("%s%s: there is no such argument here; known are %s", f.at, slices.Sorted(maps.Keys(f.left))[0], strings.Join(f.all, ", "))
}

// env are variables: what is no string is JSON, null is the empty string.
func (f *fields) env(name string) map[string]string {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	m, is := v.(map[string]any)
	if !is {
		f.fail(name, "it is %s, want an object", kind(v))
	}
	out := map[string]string{}
	for k, v := range m {
		switch v := v.(type) {
		case nil:
			out[k] = ""
		case string:
			out[k] = v
		default:
			text, err := json.Marshal(v)
			if err != nil {
				f.fail(name+"."+k, "%v", err)
			}
			out[k] = string(text)
		}
	}
	return out
}

func (f *fields) number(name string, least, most, times float64) int64 {
	v, ok := f.take(name)
	if !ok {
		return 0
	}
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil || n < least || n > most {
		f.fail(name, "it is %v, want a number from %v to %v", v, least, most)
		return 0
	}
	return int64(math.Round(n * times))
}

func (f *fields) size(name string) int64 {
	v, ok := f.take(name)
	if !ok {
		return 0
	}
	n, err := parseSize(fmt.Sprint(v))
	if err != nil {
		f.fail(name, "%q is no size, such as \"512MiB\", \"2GB\" or a number of bytes", fmt.Sprint(v))
	}
	return n
}

func parseSize(text string) (int64, error) {
	for _, u := range []struct {
		name  string
		bytes float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1}} {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n <= 0 || n*u.bytes > 1e15 {
			return 0, errors.New("no size")
		}
		return int64(n * u.bytes), nil
	}
	return 0, errors.New("no size")
}

func kind(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a number"
}
