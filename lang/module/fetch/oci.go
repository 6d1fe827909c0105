package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
	"github.com/weirci/weir/lang/module/get"
)

func asDocker(ctx context.Context) []remote.Option {
	return []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithRetryBackoff(remote.Backoff{Steps: 1})}
}

func ociTags(ctx context.Context, m module.OCI) ([]string, error) {
	repository, err := name.NewRepository(m.Repository)
	if err != nil {
		return nil, err
	}
	tags, err := remote.List(repository, asDocker(ctx)...)
	return tags, explainOCI(repository.Registry, "", err)
}

func ociResolve(ctx context.Context, m module.OCI) (get.Revision, error) {
	if m.Digest != "" {
		return get.Revision{ID: m.Digest, Fixed: true}, nil
	}
	digest, err := tagDigest(ctx, m.Repository+":"+m.Tag)
	return get.Revision{ID: digest}, err
}

// tagDigest asks a registry what a tag stands for.
func tagDigest(ctx context.Context, tagged string) (string, error) {
	ref, err := name.ParseReference(tagged)
	if err != nil {
		return "", err
	}
	if d, err := remote.Head(ref, asDocker(ctx)...); err == nil {
		return d.Digest.String(), nil
	}
	d, err := remote.Get(ref, asDocker(ctx)...) // some registries do not answer a HEAD; and a HEAD never says why not
	if err != nil {
		return "", explainOCI(ref.Context().Registry, ref.Identifier(), err)
	}
	return d.Digest.String(), nil
}

// explainOCI says what a registry means.
func explainOCI(r name.Registry, tag string, err error) error {
	var status *transport.Error
	var netErr *url.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status):
		return explainStatus(r, tag, status)
	case errors.As(err, &netErr):
		return unavailable(r.RegistryStr(), netErr.Err)
	}
	return unavailable(r.RegistryStr(), err)
}

func explainStatus(r name.Registry, tag string, e *transport.Error) error {
	switch e.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s does not let you in: there are no credentials for it, or wrong ones (docker login %s)", r.RegistryStr(), r.RegistryStr())
	case http.StatusNotFound:
		if tag == "" {
			return fmt.Errorf("%s has no such repository", r.RegistryStr())
		}
		return fmt.Errorf("%s has no such repository, or no %s in it", r.RegistryStr(), tag)
	}
	return fmt.Errorf("%s answers with status %d: %s", r.RegistryStr(), e.StatusCode, oneLine(e.Error()))
}

// ociFetch writes the files of an artifact: layers are archives, or files with a
// title, as ORAS makes them.
func ociFetch(ctx context.Context, m module.OCI, revision string, to *cache.Tree) error {
	ref, err := name.NewDigest(m.Repository + "@" + revision)
	if err != nil {
		return err
	}
	desc, err := remote.Get(ref, asDocker(ctx)...)
	var status *transport.Error
	if errors.As(err, &status) && status.StatusCode == http.StatusNotFound {
		return get.ErrGone
	}
	if err != nil {
		return explainOCI(ref.Registry, revision, err)
	}
	if desc.MediaType.IsIndex() {
		return errors.New("this is an index of several artifacts; a package of modules is one")
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(desc.Manifest))
	if err != nil {
		return fmt.Errorf("reading the manifest: %w", err)
	}
	for _, layer := range manifest.Layers {
		if err := ociLayer(ctx, ref.Context(), layer, to); err != nil {
			return err
		}
	}
	return nil
}

func ociLayer(ctx context.Context, repository name.Repository, layer v1.Descriptor, to *cache.Tree) error {
	blob, err := remote.Layer(repository.Digest(layer.Digest.String()), asDocker(ctx)...)
	if err != nil {
		return explainOCI(repository.Registry, layer.Digest.String(), err)
	}
	r, err := blob.Compressed()
	if err != nil {
		return explainOCI(repository.Registry, layer.Digest.String(), err)
	}
	defer func() { _ = r.Close() }()
	kind, title := string(layer.MediaType), layer.Annotations[ocispec.AnnotationTitle]
	switch {
	case strings.Contains(kind, "tar"):
		return unpack(r, kind, to)
	case title != "":
		return to.File(title, r)
	}
	return fmt.Errorf("a layer has the media type %s: it is neither an archive nor a file with a name", kind)
}
