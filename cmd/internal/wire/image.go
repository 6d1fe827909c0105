package wire

import "github.com/weirci/weir/worker/image"

// TestImage makes a small image of this machine's static busybox, an OCI layout.
func TestImage(dir string) error { return image.Busybox(dir) }
