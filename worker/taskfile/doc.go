// Package taskfile is what a task step with a file runs first, as weir step task:
// it reads the definition of the task in an artifact and prints it in one form.
//
// A file is HCL (*.hcl), YAML or JSON with the arguments of a task block, or a
// task of Concourse's. It holds plain values: whoever may change the file can make
// the task do anything in its container, but names no secrets, and asks for no
// rights, that the pipeline does not give.
package taskfile
