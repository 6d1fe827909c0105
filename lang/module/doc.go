// Package module finds the directories of modules: beside the files that call
// them, or among what was fetched before. It never uses the network: that is
// what package get does, before.
//
//	source ── Parse ──▶ Directory ───────────────────────────▶ a directory beside
//	                    Git, OCI ── lock ──▶ hash ── cache ──▶ a directory of the cache
//
// What comes from elsewhere is a package: a whole repository or artifact, of
// which a module is one directory. Its modules may call each other by paths,
// but never anything outside of it.
package module
