package image

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Credentials are user names and passwords by registry, as `docker login` leaves
// them in config.json. Credential helpers are not asked.
type Credentials map[string]Login

// Login is one user of one registry.
type Login struct{ User, Password string }

// ReadCredentials reads a config.json. One that is not there has none.
func ReadCredentials(path string) (Credentials, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || path == "" {
		return Credentials{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("registry credentials: %w", err)
	}
	var file struct {
		Auths map[string]struct {
			Auth          string
			Username      string
			Password      string
			IdentityToken string
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("registry credentials: %s: %w", path, err)
	}
	all := Credentials{}
	for host, a := range file.Auths {
		l := Login{a.Username, a.Password}
		if b, err := base64.StdEncoding.DecodeString(a.Auth); err == nil && a.Auth != "" {
			l.User, l.Password, _ = strings.Cut(string(b), ":")
		}
		if a.IdentityToken != "" {
			l = Login{"", a.IdentityToken} // the convention of the token protocol
		}
		all[registryHost(host)] = l
	}
	return all, nil
}

// For gives the login for a host, or an empty one.
func (c Credentials) For(host string) Login { return c[registryHost(host)] }

// registryHost takes away what config.json has around a host, and the other
// names of Docker Hub.
func registryHost(key string) string {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	key, _, _ = strings.Cut(key, "/")
	switch key {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return "docker.io"
	}
	return key
}
