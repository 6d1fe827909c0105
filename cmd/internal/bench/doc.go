// Command bench measures Weir beside the raw containerd client, in one run on
// one machine, and prints a table of ratios. `make bench` runs it; it wants root,
// containerd and bin/weir. Its arguments name the sections that are wanted:
// single, chain, flood, plan, language; without any it takes all.
//
// The raw client's cycle makes the same container with the same isolation
// (seccomp, capabilities, no new privileges, namespaces, overlay snapshot) and
// does nothing else: create, start, wait, delete.
package main
