// Package blob is the contract of an object store: where large pieces are kept
// that are written once, read seldom and deleted whole. It does not list: what is
// kept and what is not wanted any more the database knows.
package blob
