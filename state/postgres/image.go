package postgres

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// mostImages is more than any task has: of what a worker says, only so much is kept.
const mostImages = 200

// digestForm is what names an image for ever. Read only.
var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// putImages keeps which images a run of a build had, by how they are named. What is
// no digest is left out: workers are not believed.
func putImages(ctx context.Context, q *db.Queries, r WorkerRun, images map[string]string) error {
	var refs, digests []string
	for _, ref := range slices.Sorted(maps.Keys(images)) {
		if digest := images[ref]; digestForm.MatchString(digest) && cleanText(ref) == ref && len(refs) < mostImages {
			refs, digests = append(refs, ref), append(digests, digest)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	return q.PutRunImages(ctx, db.PutRunImagesParams{Refs: refs, Digests: digests, ID: r.ID, KeyHash: []byte(r.Worker), Epoch: r.Epoch})
}

func loadImages(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.BuildImages(ctx, snap.Build.ID)
	for _, r := range rows {
		snap.Images = append(snap.Images, state.ImageRow{Path: r.Path, Ref: r.Ref, Digest: r.Digest})
	}
	return err
}
