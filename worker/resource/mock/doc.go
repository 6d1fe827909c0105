// Package mock is a resource with nothing behind it: for trying out pipelines,
// and for tests. It behaves as Concourse's mock resource does, without the
// mirroring of its own image.
package mock
