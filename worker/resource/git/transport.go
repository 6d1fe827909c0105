package git

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
	"github.com/go-git/go-git/v5/plumbing/transport/server"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// installFileTransport makes go-git read and write repositories on disk itself.
// Its own file transport runs git-upload-pack and git-receive-pack, which are not
// there. go-git finds transports in one table of the process, so this is done
// once, by the program that this package is alone in.
var installFileTransport = sync.OnceFunc(func() {
	client.InstallProtocol("file", localTransport{server.NewClient(diskLoader{})})
})

// diskLoader opens bare repositories and those with a working tree.
type diskLoader struct{}

func (diskLoader) Load(ep *transport.Endpoint) (storer.Storer, error) {
	for _, path := range []string{ep.Path, ep.Path + "/.git"} {
		disk := osfs.New(path)
		if _, err := disk.Stat("objects"); err != nil {
			continue
		}
		if _, err := disk.Stat("HEAD"); err == nil {
			return filesystem.NewStorage(disk, cache.NewObjectLRUDefault()), nil
		}
	}
	return nil, transport.ErrRepositoryNotFound
}

// localTransport adds to go-git's server what git's own does: a client may have
// commits that the server has not, and a reference is only moved from where the
// client saw it.
type localTransport struct{ transport.Transport }

func (t localTransport) NewUploadPackSession(ep *transport.Endpoint, auth transport.AuthMethod) (transport.UploadPackSession, error) {
	disk, err := diskLoader{}.Load(ep)
	if err != nil {
		return nil, err
	}
	s, err := t.Transport.NewUploadPackSession(ep, auth)
	return localUpload{s, disk}, err
}

type localUpload struct {
	transport.UploadPackSession
	disk storer.Storer
}

func (s localUpload) UploadPack(ctx context.Context, r *packp.UploadPackRequest) (*packp.UploadPackResponse, error) {
	r.Haves = slices.DeleteFunc(r.Haves, func(h plumbing.Hash) bool { return s.disk.HasEncodedObject(h) != nil })
	return s.UploadPackSession.UploadPack(ctx, r)
}

func (t localTransport) NewReceivePackSession(ep *transport.Endpoint, auth transport.AuthMethod) (transport.ReceivePackSession, error) {
	disk, err := diskLoader{}.Load(ep)
	if err != nil {
		return nil, err
	}
	s, err := t.Transport.NewReceivePackSession(ep, auth)
	return localReceive{s, disk}, err
}

type localReceive struct {
	transport.ReceivePackSession
	disk storer.Storer
}

func (s localReceive) ReceivePack(ctx context.Context, r *packp.ReferenceUpdateRequest) (*packp.ReportStatus, error) {
	for _, c := range r.Commands {
		now := plumbing.ZeroHash
		if ref, err := s.disk.Reference(c.Name); err == nil {
			now = ref.Hash()
		}
		if now != c.Old {
			return nil, fmt.Errorf("%s has moved from %s to %s meanwhile", c.Name, short(c.Old), short(now))
		}
	}
	return s.ReceivePackSession.ReceivePack(ctx, r)
}

func short(h plumbing.Hash) string { return h.String()[:7] }
