// Command bench measures Weir beside the raw containerd client, in one run on
// one machine, and prints a table of ratios. `make bench` runs it; it wants root,
// containerd and bin/weir.
//
// The raw client's cycle makes the same container with the same isolation
// (seccomp, capabilities, no new privileges, namespaces, overlay snapshot) and
// does nothing else: create, start, wait, delete.
package main
