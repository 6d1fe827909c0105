package check

import (
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

func TestHost(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{"uri", "https://user@Git.example.com:8443/shop/app.git", "git.example.com"},
		{"uri", "git@github.com:shop/app.git", "github.com"},
		{"uri", "ssh://git@github.com/shop/app", "github.com"},
		{"uri", "file:///srv/git", ""},
		{"repository", "registry.example.com:5000/shop/app", "registry.example.com"},
		{"repository", "localhost/app", "localhost"},
		{"repository", "library/busybox", "docker.io"},
		{"repository", "busybox", "docker.io"},
		{"url", "https://%zz/", ""},
		{"endpoint", "s3.example.com", "s3.example.com"},
		{"other", "https://example.com", ""},
	} {
		if got := Host(graph.Resource{Source: graph.Map{tt.key: graph.String(tt.value)}}); got != tt.want {
			t.Errorf("%s = %q: host %q, want %q", tt.key, tt.value, got, tt.want)
		}
	}
	secret := graph.Map{"uri": graph.Deferred{Source: "${secret.main.uri}"}}
	if got := Host(graph.Resource{Source: secret}); got != "" {
		t.Errorf("a secret: host %q", got)
	}
}
