// Package builtin turns a call of Concourse's resource protocol into a call of
// weir's own binary, which has the built-in resource types in it, and what steps
// run that have no image.
package builtin
