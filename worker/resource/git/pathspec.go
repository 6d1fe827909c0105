package git

import (
	"regexp"
	"strings"
)

// pathspecs match paths as git's do: "src" and "src/" are that file or all below
// that directory; in globs, * and ? also match slashes.
type pathspecs []*regexp.Regexp

func newPathspecs(specs []string) pathspecs {
	out := make(pathspecs, len(specs))
	for i, s := range specs {
		out[i] = pathspec(s)
	}
	return out
}

func (p pathspecs) match(path string) bool {
	for _, re := range p {
		if re.MatchString(path) {
			return true
		}
	}
	return false
}

func pathspec(spec string) *regexp.Regexp {
	spec = strings.TrimPrefix(strings.TrimSuffix(spec, "/"), "./")
	if spec == "." || spec == "" {
		return regexp.MustCompile("")
	}
	var b strings.Builder
	b.WriteString("(?s)^")
	for i := 0; i < len(spec); i++ {
		switch c := spec[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '[':
			if n := class(spec[i:]); n > 0 {
				b.WriteString(strings.Replace(spec[i:i+n], "[!", "[^", 1))
				i += n - 1
				continue
			}
			b.WriteString(`\[`)
		case '\\':
			if i+1 < len(spec) {
				i++
			}
			b.WriteString(regexp.QuoteMeta(spec[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(spec[i : i+1]))
		}
	}
	re, err := regexp.Compile(b.String() + "(/.*)?$")
	if err != nil { // a class that is none: the text itself
		return regexp.MustCompile("^" + regexp.QuoteMeta(spec) + "(/.*)?$")
	}
	return re
}

// class is the length of a leading [class], 0 for none.
func class(s string) int {
	if end := strings.IndexByte(s[1:], ']'); end > 0 {
		return end + 2
	}
	return 0
}
