package containerd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	remoteserrors "github.com/containerd/containerd/v2/core/remotes/errors"
	"github.com/containerd/errdefs"

	"github.com/weirci/weir/worker/image"
)

var (
	errNoImage = errors.New("there is no such image or tag, or this worker may not see it")
	errGone    = errors.New("its registry has no image with that digest any more, or this worker may not see it, and the worker has not kept it")
	errDenied  = errors.New("the registry does not let this worker in: it has no credentials for it, or wrong ones")
)

// fromRegistry pulls, or takes what is here: always for a digest, and for a tag
// where the registry cannot be reached.
func (s *images) fromRegistry(ctx context.Context, ref image.Registry) (*rootImage, error) {
	here, hereErr := s.client.ImageService().Get(ctx, ref.Name)
	if hereErr == nil && ref.Pinned {
		if root, err := s.unpacked(ctx, here); err == nil {
			return root, nil
		}
	}
	pulled, err := s.client.Pull(ctx, ref.Name,
		client.WithResolver(docker.NewResolver(docker.ResolverOptions{Hosts: s.hosts()})),
		client.WithPullUnpack, client.WithPullSnapshotter(snapshotter))
	switch {
	case err == nil:
		root, err := s.unpacked(ctx, pulled.Metadata())
		return root, userFault(ref.Name, err)
	case denied(err): // all there is to know is in these two: one line, without what the client says
		return nil, userFault(ref.Name, errDenied, errDenied)
	case errdefs.IsNotFound(err) && ref.Pinned:
		return nil, userFault(ref.Name, errGone, errGone)
	case errdefs.IsNotFound(err):
		return nil, userFault(ref.Name, errNoImage, errNoImage)
	case hereErr == nil:
		s.warn("the registry cannot be reached: the image that is here is used", "image", ref.Name, "error", err)
		root, err := s.unpacked(ctx, here)
		return root, userFault(ref.Name, err)
	}
	return nil, userFault(ref.Name, unreachable(err))
}

// denied also knows a registry that answers 401 to a wrong password: for the client
// that is only a status that it did not expect.
func denied(err error) bool {
	var status remoteserrors.ErrUnexpectedStatus
	if errors.As(err, &status) && (status.StatusCode == http.StatusUnauthorized || status.StatusCode == http.StatusForbidden) {
		return true
	}
	return errors.Is(err, docker.ErrInvalidAuthorization) || errdefs.IsUnauthorized(err) || errdefs.IsPermissionDenied(err)
}

// unreachable leaves of what a client says about a registry that does not answer
// the cause: the name of the image, which is in every layer of it, is enough once.
func unreachable(err error) error {
	var request *url.Error
	if !errors.As(err, &request) {
		return err
	}
	return fmt.Errorf("its registry does not answer: %w", request.Err)
}

// hosts knows how to speak to a registry: with a login if there is one, and
// without TLS only to one on this machine.
func (s *images) hosts() docker.RegistryHosts {
	login := docker.WithAuthCreds(func(host string) (string, string, error) {
		l := s.credentials.For(host)
		return l.User, l.Password, nil
	})
	return docker.ConfigureDefaultRegistries(
		docker.WithAuthorizer(docker.NewDockerAuthorizer(login)),
		docker.WithPlainHTTP(docker.MatchLocalhost),
	)
}
