// Package heap sets the garbage collector for work that is done once and then
// over, as when a command reads a pipeline: as long as the heap is small, what
// is thrown away stays where it is, for to look for it would cost more than it
// gives. It is not for servers and workers, which live long.
package heap
