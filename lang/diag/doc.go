// Package diag is how Weir tells people about problems in what they wrote: a
// Diagnostic with a stable code, a source range, related ranges and a fix; a
// List of them; and the renderings: text with a source snippet, JSON, SARIF, and
// the workflow commands of GitHub. What a code means at length is in explain.
//
// It imports only the standard library, so that every front end and every
// stage behind it can report without knowing one another. Text that comes from
// files is made harmless before it is rendered: no control character of a
// source reaches a terminal.
package diag
