// Package blobtest is what every store of objects passes.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/weirci/weir/state/blob"
)

// Run checks an empty store against the contract.
func Run(t *testing.T, s blob.Store) {
	ctx := t.Context()
	get := func(key string) []byte {
		t.Helper()
		b, err := s.Get(ctx, key, 1<<20)
		if err != nil {
			t.Fatalf("get %s: %v", key, err)
		}
		return b
	}
	put := func(key string, data []byte) {
		t.Helper()
		if err := s.Put(ctx, key, data); err != nil {
			t.Fatalf("put %s: %v", key, err)
		}
	}
	t.Run("what was put is there", func(t *testing.T) {
		data := bytes.Repeat([]byte{0, 1, 2, 0xff}, 1000)
		put("a/b-1", data)
		if !bytes.Equal(get("a/b-1"), data) {
			t.Error("other bytes came back")
		}
	})
	t.Run("the last one counts", func(t *testing.T) {
		put("twice", []byte("one"))
		put("twice", []byte("two"))
		if got := get("twice"); string(got) != "two" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("nothing is there", func(t *testing.T) {
		if _, err := s.Get(ctx, "a/nothing", 10); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("deleted, and again", func(t *testing.T) {
		put("gone", []byte("x"))
		for range 2 {
			if err := s.Delete(ctx, "gone"); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Get(ctx, "gone", 10); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no more than most", func(t *testing.T) {
		put("large", make([]byte, 1000))
		if b, err := s.Get(ctx, "large", 999); err == nil {
			t.Errorf("%d bytes came", len(b))
		}
		if b, err := s.Get(ctx, "large", 1000); err != nil || len(b) != 1000 {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	})
	t.Run("many at once", func(t *testing.T) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				key, data := fmt.Sprint("many/", i), fmt.Append(nil, i)
				if err := s.Put(ctx, key, data); err != nil {
					t.Error(err)
				}
				if b, err := s.Get(ctx, key, 10); err != nil || !bytes.Equal(b, data) {
					t.Errorf("%q, %v", b, err)
				}
			})
		}
		all.Wait()
	})
	t.Run("a call that was given up", func(t *testing.T) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		if s.Put(over, "over", []byte("x")) == nil {
			t.Error("it was put")
		}
		if _, err := s.Get(over, "large", 1000); err == nil {
			t.Error("it was got")
		}
	})
}
