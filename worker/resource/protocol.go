package resource

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// Request is what a program reads. Source and Params are the type's own; a check
// has no params, and the first check of a resource no version.
type Request struct {
	Source  json.RawMessage `json:"source"`
	Version Version         `json:"version,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
}

// Response is what in and out print.
type Response struct {
	Version  Version    `json:"version"`
	Metadata []Metadata `json:"metadata"`
}

// Metadata is something worth showing beside a version.
type Metadata struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Host is what a built-in type takes from the machine.
type Host struct {
	Log  io.Writer // for people
	Env  []string  // KEY=value
	Now  func() time.Time
	Wait func(context.Context, time.Duration) error
}

// Type is a built-in resource type. An error is one line for people, and means
// that nothing was made or pushed.
type Type interface {
	// Check gives the versions from the request's on, or the latest where it has
	// none or it is no longer there.
	Check(ctx context.Context, h Host, r Request) ([]Version, error)
	// In fills dir, which is there and empty.
	In(ctx context.Context, h Host, r Request, dir string) (Response, error)
	// Out pushes from dir, which has the inputs by name.
	Out(ctx context.Context, h Host, r Request, dir string) (Response, error)
}
