// Package redact keeps secrets out of what programs print. A Set knows the forms
// in which values may appear: as they are, their lines, in base64 at every
// alignment and wrapped at any column, escaped for URLs, JSON and shells. A
// Stream replaces them by Mark, wherever the chunks begin and end:
//
//	bytes ─▶ automata step ─▶ held: may yet become a secret ─▶ decided: text or Mark
//
// Only what is the beginning of some form is held back, so ordinary output leaves
// at once. It hides accidents, not intent: a program that wants to tell a secret
// can print it reversed.
package redact
