// Package cache keeps packages of modules in directories that are named by the
// hash of what is in them, so that one directory serves every pipeline of the
// machine and nothing in it ever changes.
//
//	DIR/<hash in hex>/files/…   the package
//	DIR/<hash in hex>/sum       SHA-256 and name of each file: the hash is that of this list
//
// The hash is the one of golang.org/x/mod/sumdb/dirhash, h1:…: of names and
// contents, not of times or modes. A package comes to its place by one rename,
// when it is whole; two processes may do it at once.
package cache
