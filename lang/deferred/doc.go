// Package deferred evaluates what a graph keeps as graph.Deferred: expressions
// that name what only a run knows, such as version.app.ref or build.number. It
// also turns graph values into cty values and back.
//
// Evaluation is pure: the source, the values it closes over, and the roots
// that the run gives.
package deferred
