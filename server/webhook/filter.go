package webhook

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// unwanted says which filter a request does not pass, the first by name; "" if it
// passes all. A filter is a pattern by the name of a header, or by body. and a path
// in the body; * in a pattern is any text, * in a path any element.
func unwanted(filters map[string]string, r *http.Request, body []byte) string {
	content, read := any(nil), false
	for _, name := range slices.Sorted(maps.Keys(filters)) {
		path, inBody := strings.CutPrefix(name, "body.")
		found := r.Header.Values(name)
		if inBody {
			if !read {
				content, read = decode(r, body), true
			}
			found = at(content, strings.Split(path, "."))
		}
		if !slices.ContainsFunc(found, func(text string) bool { return matches(filters[name], text) }) {
			return fmt.Sprintf("%s does not match %q", name, filters[name])
		}
	}
	return ""
}

// decode reads JSON, as it is or in the field payload of a form; nil for all else.
func decode(r *http.Request, body []byte) any {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil
		}
		body = []byte(form.Get("payload"))
	}
	var v any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil
	}
	return v
}

// at are the texts at a path; what is no text, number or truth has none.
func at(v any, path []string) []string {
	if len(path) == 0 {
		switch v := v.(type) {
		case string:
			return []string{v}
		case json.Number:
			return []string{v.String()}
		case bool:
			return []string{strconv.FormatBool(v)}
		}
		return nil
	}
	var out []string
	for _, in := range elements(v, path[0]) {
		out = append(out, at(in, path[1:])...)
	}
	return out
}

func elements(v any, name string) []any {
	switch v := v.(type) {
	case map[string]any:
		if x, ok := v[name]; ok {
			return []any{x}
		}
		if name == "*" {
			return slices.Collect(maps.Values(v))
		}
	case []any:
		if name == "*" {
			return v
		}
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i : i+1]
		}
	}
	return nil
}

// matches takes time in proportion to both at most: it never goes back further
// than to the last *.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}
