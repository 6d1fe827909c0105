// Package protocol is the resource protocol as the deciders need it: what a
// resource's check, in and out are told on standard input, in which image they
// run, and what their answers mean. It is pure.
package protocol
