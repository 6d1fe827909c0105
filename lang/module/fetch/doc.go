// Package fetch gets packages of modules from where they are: git repositories
// (http, https, ssh, file) and registries of OCI artifacts. It also asks
// registries and OCI layouts which image a tag stands for.
//
// Who may get in is taken from where other tools have it: ~/.netrc and git's
// credential helpers, the SSH agent, ~/.ssh and known_hosts, and Docker's
// config.json with its helpers.
package fetch
