// Package format writes the files of pipelines in their one form, in both
// notations: blanks and alignment change, and nothing else; comments stay. To
// format twice changes nothing. A file with a syntax error is left as it is, with
// a diagnostic.
package format
