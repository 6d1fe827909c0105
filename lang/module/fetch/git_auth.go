package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/jdx/go-netrc"
)

// asUser calls do as nobody or as .netrc says, and once more with what git's
// credential helpers say if the server wants to know who it is.
func (r Remotes) asUser(ctx context.Context, raw string, do func(transport.AuthMethod) error) error {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("%s is no URL", raw)
	}
	if u.Scheme == "ssh" {
		auth, err := r.sshAuth(u)
		if err != nil {
			return err
		}
		return explain(u, do(auth))
	}
	err = do(r.netrc(u))
	if denied(err) {
		if auth := r.helper(ctx, u); auth != nil {
			err = do(auth)
		}
	}
	return explain(u, err)
}

func denied(err error) bool {
	return errors.Is(err, transport.ErrAuthenticationRequired) || errors.Is(err, transport.ErrAuthorizationFailed)
}

// explain says what a transport means.
func explain(u *url.URL, err error) error {
	switch {
	case err == nil, errors.Is(err, transport.ErrEmptyRemoteRepository), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return fmt.Errorf("there is no repository at %s, or it is not for everybody's eyes", u.Redacted())
	case denied(err):
		return fmt.Errorf("%s wants to know who asks: put a user and a password or token into ~/.netrc, or set up a credential helper of git", u.Host)
	case u.Scheme == "ssh" && strings.Contains(err.Error(), "unable to authenticate"):
		return fmt.Errorf("%s does not let in any of the keys of the SSH agent and ~/.ssh", u.Host)
	case u.Scheme == "ssh" && (strings.Contains(err.Error(), "known_hosts") || strings.Contains(err.Error(), "key is unknown") || strings.Contains(err.Error(), "knownhosts")):
		return fmt.Errorf("the key of %s is not in ~/.ssh/known_hosts, or another one is (%s); connect once with ssh and compare it", u.Host, oneLine(err.Error()))
	}
	var netErr *url.Error
	if errors.As(err, &netErr) {
		err = netErr.Err
	}
	return unavailable(u.Host, err)
}

func (r Remotes) netrc(u *url.URL) transport.AuthMethod {
	path := r.Getenv("NETRC")
	if path == "" {
		path = filepath.Join(r.Home, ".netrc")
	}
	file, err := netrc.Parse(path)
	if err != nil {
		return nil
	}
	for _, host := range []string{u.Host, u.Hostname()} {
		if m := file.Machine(host); m != nil {
			return &githttp.BasicAuth{Username: m.Get("login"), Password: m.Get("password")}
		}
	}
	return nil
}

// helper asks git's credential helpers, if there is a git; nobody is asked on
// the terminal.
func (r Remotes) helper(ctx context.Context, u *url.URL) transport.AuthMethod {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, git, "credential", "fill")
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=")
	cmd.Stdin = strings.NewReader(fmt.Sprintf("protocol=%s\nhost=%s\npath=%s\n\n", u.Scheme, u.Host, strings.TrimPrefix(u.Path, "/")))
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	auth := &githttp.BasicAuth{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "username":
			auth.Username = value
		case "password":
			auth.Password = value
		}
	}
	if auth.Password == "" {
		return nil
	}
	return auth
}

// sshAuth takes the agent, or else the first key of ~/.ssh that has no
// passphrase. Which hosts are known is in known_hosts.
func (r Remotes) sshAuth(u *url.URL) (transport.AuthMethod, error) {
	user := u.User.Username()
	if user == "" {
		user = "git"
	}
	if r.Getenv("SSH_AUTH_SOCK") != "" {
		if auth, err := gitssh.NewSSHAgentAuth(user); err == nil {
			return auth, nil
		}
	}
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		if auth, err := gitssh.NewPublicKeysFromFile(user, filepath.Join(r.Home, ".ssh", name), ""); err == nil {
			return auth, nil
		}
	}
	return nil, fmt.Errorf("no SSH agent runs, and ~/.ssh has no key without a passphrase to show to %s", u.Host)
}
