package check

import (
	"net/url"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// places are the keys of a source that say where a resource is, in the types that
// there are; the first that a source has counts.
var places = [...]string{"uri", "url", "endpoint", "api_endpoint", "base_url", "host", "server", "registry", "repository"}

// Host is what a check of a resource asks, for those that tell it by their source;
// "" for others, as where a secret says it.
func Host(r graph.Resource) string {
	for _, key := range places {
		if s, ok := r.Source[key].(graph.String); ok && s != "" {
			return hostOf(string(s), key == "repository")
		}
	}
	return ""
}

// hostOf reads https://host/path, user@host:path, host:port/path; an image without
// a host is Docker's.
func hostOf(text string, image bool) string {
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil {
			return ""
		}
		return strings.ToLower(u.Hostname())
	}
	first, _, path := strings.Cut(text, "/")
	if image && (!path || !strings.ContainsAny(first, ".:") && first != "localhost") {
		return "docker.io"
	}
	if _, at, ok := strings.Cut(first, "@"); ok {
		first = at
	}
	first, _, _ = strings.Cut(first, ":")
	return strings.ToLower(first)
}
