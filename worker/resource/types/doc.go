// Package types is the program around the built-in resource types: it is what
// runs, as weir resource-type, in the otherwise empty container of a check, get
// or put of one of them. It imports all types, so only main imports it.
package types
