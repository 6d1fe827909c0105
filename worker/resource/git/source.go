package git

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/weirci/weir/worker/resource"
)

// Source is what a resource of this type says.
type Source struct {
	URI    string `json:"uri"`
	Branch string `json:"branch"` // default: the one that HEAD of the repository names

	PrivateKey           string `json:"private_key"` // PEM or OpenSSH form
	PrivateKeyUser       string `json:"private_key_user"`
	PrivateKeyPassphrase string `json:"private_key_passphrase"`
	// KnownHosts are lines of a known_hosts file. With them, an ssh server must
	// show a key that is listed. Without, any key is taken, as Concourse does,
	// and its fingerprint is logged.
	KnownHosts string `json:"known_hosts"`

	Username            string `json:"username"`
	Password            string `json:"password"`
	SkipSSLVerification bool   `json:"skip_ssl_verification"`

	Paths         []string `json:"paths"`        // only commits that change one of them
	IgnorePaths   []string `json:"ignore_paths"` // and not these alone
	TagFilter     string   `json:"tag_filter"`   // glob: versions are tags, not commits
	DisableCISkip bool     `json:"disable_ci_skip"`

	// GitConfig is taken for the sake of pipelines that have it, and has no effect.
	GitConfig []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"git_config"`
}

func parseSource(raw json.RawMessage) (Source, error) {
	s, err := resource.Configure[Source]("source", raw)
	switch {
	case err != nil:
		return s, err
	case s.URI == "":
		return s, errors.New("source.uri is missing")
	}
	for _, p := range []string{s.TagFilter} {
		if _, err := path.Match(p, ""); err != nil {
			return s, fmt.Errorf("source.tag_filter: %q is no glob", p)
		}
	}
	return s, nil
}

// redact takes what is secret in a source out of an error.
func (s Source) redact(err error) error {
	if err == nil {
		return nil
	}
	var secrets []string
	for _, secret := range []string{s.Password, s.PrivateKeyPassphrase, passwordIn(s.URI)} {
		if secret != "" {
			secrets = append(secrets, secret, "((redacted))")
		}
	}
	text := strings.NewReplacer(secrets...).Replace(err.Error())
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}
