// Package expr makes expressions of the tree from HCL's syntax nodes: what
// they name, what they are worth, and their canonical text. Both notations
// write expressions in this form; in HCL they are the arguments, in CUE the
// templates inside of strings.
//
// It also guards HCL's parser against text that would cost it too much.
package expr
