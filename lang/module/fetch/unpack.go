package fetch

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/weirci/weir/lang/module/cache"
)

// unpack writes the files of an archive. It looks at the bytes to see how they
// are compressed: tools do not agree on what to call it.
func unpack(from io.Reader, kind string, to *cache.Tree) error {
	r, done, err := decompressed(from)
	if err != nil {
		return fmt.Errorf("reading a layer (%s): %w", kind, err)
	}
	defer done()
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a layer (%s): %w", kind, err)
		}
		if err := unpackEntry(h, archive, to); err != nil {
			return err
		}
	}
}

func unpackEntry(h *tar.Header, r io.Reader, to *cache.Tree) error {
	name := strings.TrimPrefix(h.Name, "./")
	switch h.Typeflag {
	case tar.TypeReg:
		return to.File(name, r)
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeSymlink:
		return to.Refuse(path.Clean(name), "a symbolic link")
	case tar.TypeLink:
		return to.Refuse(path.Clean(name), "a hard link")
	}
	return to.Refuse(path.Clean(name), "neither a file nor a directory")
}

func decompressed(from io.Reader) (io.Reader, func(), error) {
	r := bufio.NewReader(from)
	magic, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		return z, func() {}, err
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(cache.MaxBytes))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	}
	return r, func() {}, nil
}
