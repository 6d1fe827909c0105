// Package param reads the values that a person starts a build with: text, checked
// against the type that the job's param has.
package param
