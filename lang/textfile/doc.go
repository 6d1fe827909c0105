// Package textfile reads one file of a pipeline, in the same way and with the same
// messages for every notation.
package textfile
