// Package load is what a load step runs, as weir step load, in an otherwise empty
// container: it reads a file of an artifact and prints the value that is in it.
//
// The file is whatever a step before made, so nobody trusts it: YAML is read here,
// where memory and time are the container's, and the server is told plain JSON.
package load
