// Package langtest writes pipelines of any size, for benchmarks and for tests
// of what happens at scale.
package langtest
