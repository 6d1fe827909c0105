// Package assist is what an editor asks while somebody writes a pipeline in HCL:
// what may stand here, what is this, where is it defined and used, and what has to
// change for it to have another name. It knows files as texts and places as
// numbers of bytes, and nothing of how an editor asks.
//
// Text that is being typed is broken most of the time. So files are not read by
// the parser of hcl but by an outline of its tokens, which finds the blocks and
// arguments of any text; the parser then reads each value by itself, and hcl's own
// traversals say what a value names. A value that cannot be read takes nothing
// else with it.
//
// A File is made once for a text and never changes; a Dir is the files of a
// directory together, and is made anew, cheaply, when one of them changes.
package assist
