package state

import "time"

// Pin is the version that a person holds a resource at, from outside of its
// pipeline. What the pipeline itself pins goes before it.
type Pin struct {
	ResourceID  string
	Version     map[string]string // every key that a version must have
	Comment, By string
	At          time.Time
}
