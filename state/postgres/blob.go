package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weirci/weir/state/logpack"
)

// ErrBlob says that the object store did not do what it was asked for.
var ErrBlob = errors.New("the object store failed")

const (
	blobFrom  = 4 << 10          // bytes of a piece, packed, below which it stays in the database
	blobCall  = time.Minute      // that one call takes at most
	blobGrace = 10 * time.Minute // an object that nobody wants may be one that is being written
	blobDrops = 200              // at once
)

// putBlob keeps a piece under a key. Until a row names the key it counts as
// unwanted, so that whatever happens now no object is left that nobody knows of.
func (s *Store) putBlob(ctx context.Context, key string, piece []byte) (string, error) {
	if err := s.q.BlobIsUnwanted(ctx, key); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, blobCall)
	defer cancel()
	if err := s.blobs.Put(ctx, key, piece); err != nil {
		return "", fmt.Errorf("%w: put %s: %w", ErrBlob, key, err)
	}
	return key, nil
}

func (s *Store) getBlob(ctx context.Context, key string) ([]byte, error) {
	if s.blobs == nil {
		return nil, fmt.Errorf("%w: %s is in one that this server was not told of", ErrBlob, key)
	}
	ctx, cancel := context.WithTimeout(ctx, blobCall)
	defer cancel()
	piece, err := s.blobs.Get(ctx, key, logpack.MaxPiece)
	if err != nil { // whether the network failed is nothing that callers decide about
		return nil, fmt.Errorf("%w: get %s: %v", ErrBlob, key, err) //nolint:errorlint // see above
	}
	return piece, nil
}

// dropBlobs deletes objects that no row names, as the grace after a time is over.
func (s *Store) dropBlobs(ctx context.Context, before time.Time) error {
	if s.blobs == nil {
		return nil
	}
	keys, err := s.q.UnwantedBlobs(ctx, before.Add(-blobGrace), blobDrops)
	if err != nil || len(keys) == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, blobCall)
	defer cancel()
	for i, key := range keys {
		if err := s.blobs.Delete(ctx, key); err != nil {
			return errors.Join(fmt.Errorf("%w: delete %s: %w", ErrBlob, key, err), s.q.ForgetBlobs(ctx, keys[:i]))
		}
	}
	return s.q.ForgetBlobs(ctx, keys)
}
