// Package arch holds the test that keeps the arrows of the architecture: which
// folder may import which, where clocks and randomness are allowed, and that
// nothing happens at package initialisation. It has no code of its own.
package arch
