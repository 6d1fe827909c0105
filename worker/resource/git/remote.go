package git

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/go-git/go-git/v5/storage/memory"
	"golang.org/x/crypto/ssh"

	"github.com/weirci/weir/worker/resource"
)

// origin is the name of the remote in every repository that is made here.
const origin = "origin"

// remote is a source with what is needed to talk to it.
type remote struct {
	Source
	endpoint *transport.Endpoint
	auth     transport.AuthMethod
	host     resource.Host
}

// connect prepares; nothing is sent yet.
func connect(h resource.Host, s Source) (*remote, error) {
	installFileTransport()
	ep, err := transport.NewEndpoint(s.URI)
	if err != nil {
		return nil, fmt.Errorf("source.uri: %w", err)
	}
	r := &remote{Source: s, endpoint: ep, host: h}
	switch {
	case ep.Protocol == "ssh" && s.PrivateKey == "":
		return nil, errors.New("source.uri is ssh: private_key is missing")
	case ep.Protocol == "ssh":
		r.auth, err = r.keyAuth()
	case s.Username != "" || s.Password != "":
		if ep.Protocol != "http" && ep.Protocol != "https" {
			return nil, fmt.Errorf("username and password are for http and https, source.uri is %s", ep.Protocol)
		}
		r.auth = &githttp.BasicAuth{Username: s.Username, Password: s.Password}
	}
	return r, err
}

func (r *remote) keyAuth() (transport.AuthMethod, error) {
	user := "git"
	for _, u := range []string{r.endpoint.User, r.PrivateKeyUser} {
		if u != "" {
			user = u
		}
	}
	keys, err := gitssh.NewPublicKeys(user, []byte(r.PrivateKey), r.PrivateKeyPassphrase)
	if err != nil {
		return nil, fmt.Errorf("source.private_key: %w", err)
	}
	if r.KnownHosts == "" {
		keys.HostKeyCallback = r.acceptHost
		return keys, nil
	}
	known, err := parseKnownHosts(r.KnownHosts)
	if err != nil {
		return nil, err
	}
	keys.HostKeyCallback = known.HostKeyCallback()
	keys.HostKeyAlgorithms = known.HostKeyAlgorithms(hostPort(r.endpoint))
	return keys, nil
}

// acceptHost takes any host key, and says which it was.
func (r *remote) acceptHost(host string, _ net.Addr, key ssh.PublicKey) error {
	fmt.Fprintf(r.host.Log, "the key of %s is %s (no known_hosts: not checked)\n", host, ssh.FingerprintSHA256(key))
	return nil
}

func hostPort(ep *transport.Endpoint) string {
	port := ep.Port
	if port == 0 {
		port = 22
	}
	return net.JoinHostPort(ep.Host, fmt.Sprint(port))
}

func passwordIn(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

// local says that there is no server that could cut the history short.
func (r *remote) local() bool { return r.endpoint.Protocol == "file" }

// refs asks for all references of the repository.
func (r *remote) refs(ctx context.Context) ([]*plumbing.Reference, error) {
	rem := gogit.NewRemote(memory.NewStorage(), &config.RemoteConfig{Name: origin, URLs: []string{r.URI}})
	refs, err := rem.ListContext(ctx, &gogit.ListOptions{Auth: r.auth, InsecureSkipTLS: r.SkipSSLVerification})
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return nil, nil
	}
	if err != nil {
		return nil, r.explain(err)
	}
	return refs, nil
}

// explain wraps what a transport says with where it was said.
func (r *remote) explain(err error) error {
	switch {
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return fmt.Errorf("there is no repository at %s", r.where())
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return fmt.Errorf("%s: %w; are username and password, or private_key, right?", r.where(), err)
	}
	return fmt.Errorf("%s: %w", r.where(), err)
}

// where is the address without its password.
func (r *remote) where() string {
	if u, err := url.Parse(r.URI); err == nil {
		return u.Redacted()
	}
	return r.URI
}

// head finds the branch to look at and its commit among the references; the
// zero hash says that the repository is empty.
func (r *remote) head(refs []*plumbing.Reference) (branch string, tip plumbing.Hash, err error) {
	branch = r.Branch
	if branch == "" {
		branch = defaultBranch(refs)
	}
	var names []string
	for _, ref := range refs {
		if !ref.Name().IsBranch() {
			continue
		}
		if ref.Name() == plumbing.NewBranchReferenceName(branch) {
			return branch, ref.Hash(), nil
		}
		names = append(names, ref.Name().Short())
	}
	if len(names) == 0 {
		return branch, plumbing.ZeroHash, nil
	}
	slices.Sort(names)
	return branch, plumbing.ZeroHash, fmt.Errorf("%s has no branch %q, but %s", r.where(), branch, strings.Join(names, ", "))
}

func defaultBranch(refs []*plumbing.Reference) string {
	for _, ref := range refs {
		if ref.Name() == plumbing.HEAD && ref.Type() == plumbing.SymbolicReference {
			return ref.Target().Short()
		}
	}
	return "main"
}
