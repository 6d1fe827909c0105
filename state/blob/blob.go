package blob

import (
	"context"
	"errors"
)

// ErrNotFound says that there is nothing under a key.
var ErrNotFound = errors.New("there is no such object")

// Store keeps objects by key. Keys are of letters, digits, "-", "." and "/". Its
// methods are safe for concurrent use; after an error it is not known whether a Put
// or Delete happened, and either may be repeated.
type Store interface {
	// Put keeps data, a byte at least, under a key, in place of what was there.
	Put(ctx context.Context, key string, data []byte) error
	// Get gives what is under a key, which is ErrNotFound where nothing is, and an
	// error where it is more than most bytes.
	Get(ctx context.Context, key string, most int64) ([]byte, error)
	// Delete removes what is under a key, if something is.
	Delete(ctx context.Context, key string) error
}
