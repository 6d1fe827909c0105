// Package initfile holds the small init (cmd/weir-init) inside of weir, and
// writes it where containers can have it.
//
// `make build` builds it into embedded/ before weir itself. A weir that was built
// without that step carries none: it then is its own init, which works as well and
// costs each run some eight milliseconds of processor time.
package initfile
