// Package git is the resource type "git": commits of a branch, or tags. Names
// and behaviour are those of Concourse's git resource, as far as they are here;
// a key that is not here is refused, never ignored.
//
// It is go-git, in process, because the container that it runs in has no git:
//
//	http, https  with username and password, or a token as the password
//	ssh          with private_key; see Source.KnownHosts for the trust in hosts
//	file         a repository on the worker's own disk, without git's programs
//	             (package go-git's server, see transport.go); only where the
//	             runtime lets the program see that disk
//
// Roots of trust for https are the system's: SSL_CERT_FILE and SSL_CERT_DIR work.
package git
