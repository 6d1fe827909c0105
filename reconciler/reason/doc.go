// Package reason says of everything that waits why it does, what the deciders
// weighed, and what would change it. The deciders give a reason's name and a
// message with the facts; the table here has what the name means and what is to
// be done. A test reads the deciders' sources: no reason is missing in the table,
// and none in the table is of nobody.
package reason
