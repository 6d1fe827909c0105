package protocol

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

const (
	imageDir = "/tmp/build/get"
	// ImageVolume begins the handles of volumes that workers keep images in. The rest
	// says what is in it, so that one that is there need not be made again.
	ImageVolume = "image-"
	// mostDeep is deeper than any chain of types that somebody would follow.
	mostDeep     = 32
	imageTimeout = time.Hour
)

// Images knows the resources whose versions are images, and gives the tasks that
// bring them.
type Images struct {
	Resources map[graph.Address]graph.Resource
	Types     map[graph.Address]graph.ResourceType
	Versions  map[graph.Address]map[string]string // the one to take, of each resource
	Secrets   func(graph.Address, graph.Value) state.Secrets
	Eval      Eval
}

// Give has a task take its image from a resource. "" is none.
func (i Images) Give(t *weirv1.Task, resource graph.Address) (err error) {
	if resource != "" {
		t.ImageFrom, err = i.from(resource, 0)
	}
	return err
}

// Complete gives the task of a resource's program, which Task began, the image of its
// type where a resource is that.
func (i Images) Complete(t *weirv1.Task, typ *graph.ResourceType) error {
	if typ == nil {
		return nil
	}
	return i.Give(t, typ.ImageResource)
}

func (i Images) from(a graph.Address, depth int) (*weirv1.Task, error) {
	res, ok := i.Resources[a]
	version := i.Versions[a]
	switch {
	case depth > mostDeep:
		return nil, fmt.Errorf("%s: its image hangs from more than %d types", a, mostDeep)
	case !ok:
		return nil, fmt.Errorf("%s is not there", a)
	case version == nil:
		return nil, fmt.Errorf("%s has no version, which would be the image", a)
	}
	var typ *graph.ResourceType
	if t, ok := i.Types[res.TypeRef]; ok {
		typ = &t
	}
	t, err := Task(res, typ, []string{"/opt/resource/in", imageDir})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a, err)
	}
	if typ != nil && typ.ImageResource != "" {
		if t.ImageFrom, err = i.from(typ.ImageResource, depth+1); err != nil {
			return nil, err
		}
	}
	if err := i.request(t, a, Request{Source: Source(res, typ), Version: version}); err != nil {
		return nil, fmt.Errorf("%s: source: %w", a, err)
	}
	t.Dir, t.TimeoutMs = "/tmp/build", imageTimeout.Milliseconds()
	t.Labels = map[string]string{"image": string(a)}
	t.Mounts = []*weirv1.Mount{{Volume: ImageVolume + Key(t), Path: imageDir, Kind: "output"}}
	return t, nil
}

func (i Images) request(t *weirv1.Task, a graph.Address, req Request) (err error) {
	if req.Source, err = (Resolver{Eval: i.Eval, Later: true}).Map(req.Source); err != nil {
		return err
	}
	if asked := req.Deferred(); len(graph.SecretRefs(asked)) > 0 {
		t.Later, err = Later{Secrets: i.Secrets(a, asked), Request: asked}.Bytes()
		return err
	}
	t.Stdin, err = req.Bytes()
	return err
}

// Key is over all that decides what an in brings: the implementation, and the
// request with its source, version and params. The environment, which names the
// build, is not in it.
func Key(t *weirv1.Task) string {
	h := sha256.New()
	part := func(b string) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write([]byte(b))
	}
	part("weir/fetch/v1")
	for _, s := range []string{t.GetImageRef(), t.GetImageVolume(), t.GetImageBuiltin(), string(t.GetStdin())} {
		part(s)
	}
	if len(t.GetLater()) > 0 { // by name: a secret that gets another value opens the same things
		part(string(t.GetLater()))
	}
	if from := t.GetImageFrom(); from != nil {
		part("image from")
		part(from.GetMounts()[0].GetVolume())
	}
	return hex.EncodeToString(h.Sum(nil))
}
