package builtin

import (
	"fmt"
	"slices"
	"strings"
)

// Protocol is where resource images have their programs.
const Protocol = "/opt/resource/"

// Step is the kind that is no resource type: what steps without an image of their
// own run. Its programs are named by StepProgram.
const Step = "step"

// StepProgram is where the programs of steps seem to be.
const StepProgram = "/opt/weir/"

// programs are what steps run. Read only.
var programs = []string{"load", "pipeline", "task"}

// Argv gives the command for a built-in type: /opt/resource/in DIR becomes
// BINARY resource-type KIND in DIR, and /opt/weir/load becomes BINARY step load.
func Argv(binary, kind string, argv []string) ([]string, error) {
	if len(argv) == 0 {
		return nil, fmt.Errorf("built-in resource type %s: no command", kind)
	}
	if kind == Step {
		name, ok := strings.CutPrefix(argv[0], StepProgram)
		if !ok || !slices.Contains(programs, name) {
			return nil, fmt.Errorf("no step runs %q", argv[0])
		}
		return append([]string{binary, "step", name}, argv[1:]...), nil
	}
	verb, ok := strings.CutPrefix(argv[0], Protocol)
	if !ok || !slices.Contains([]string{"check", "in", "out"}, verb) {
		return nil, fmt.Errorf("built-in resource type %s has check, in and out, not %q", kind, argv[0])
	}
	return append([]string{binary, "resource-type", kind, verb}, argv[1:]...), nil
}
