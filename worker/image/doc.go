// Package image knows what an image reference means, and makes a small image
// from the machine's own static busybox, so that tests and the demo need neither
// a registry nor the internet.
//
// It moves no bytes from registries: that is the runtime's part.
package image
