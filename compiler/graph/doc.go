// Package graph is the immutable plan graph: what a pipeline compiles to.
//
// A Graph is a sorted list of nodes. A node has an Address, a Spec (one sealed
// kind: Pipeline, ResourceType, Resource, Job, SecretSource, Group) and Meta. It holds names, never
// pointers or indices, so two graphs can be compared and stored by value.
//
// Every field of a spec is tagged with one class:
//
//	exec    it can change a result: image, command, environment, source, params
//	policy  it changes when or how often things run: timeout, retries, limits
//	meta    it changes nothing: description, icon
//
// and three digests follow from that: Spec (exec and policy, references by
// address) says whether a definition changed; Exec (exec only, references by
// the exec digest of what they name) says whether a result would differ; the
// graph's own digest is over all of them. Meta is in none.
//
// The package decides nothing and reads nothing: it is data, its canonical
// bytes, and its text.
package graph
