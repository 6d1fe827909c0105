// Package nesting measures how deeply the text of an expression, a template or
// a file is nested, on its tokens. HCL's parser and all walks over its trees are
// recursive, and a Go stack that overflows ends the process, so texts from
// outside are measured before they are parsed.
package nesting
