// Package network gives containers a private network of this worker: a bridge
// made by CNI, addresses from a subnet of its own, and iptables rules.
//
// From a container: the outside world by NAT, yes; this machine's own addresses,
// other containers, and link-local addresses (a cloud's metadata service), no.
// IPv6 is off.
//
// Making a network namespace by CNI takes longer than the rest of a container,
// so a Pool keeps some ready; the ones that unprivileged containers used go back
// into it, because without CAP_NET_ADMIN nothing in them can be changed.
//
//	make (CNI ADD) ─▶ ready ─ Get ─▶ in use ─ Put ─▶ ready again
//	                                        └ Put of a privileged one ─▶ CNI DEL
//
// A namespace is a file below RunDir that its kernel object is mounted on, with a
// record beside it, so the next process of the worker finds what there is.
package network
