// Package intercept brings together the two ends of a session in which a person runs
// a program in a container: the call of the person, and the stream that the worker
// opens because it was told to. Neither is kept or looked at on the way.
//
//	person ─ Intercept ─▶ session ◀─ Attach ─ worker
package intercept
