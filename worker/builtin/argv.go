package builtin

import (
	"fmt"
	"slices"
	"strings"
)

// Protocol is where resource images have their programs.
const Protocol = "/opt/resource/"

// Argv gives the command for a built-in type: /opt/resource/in DIR becomes
// BINARY resource-type KIND in DIR.
func Argv(binary, kind string, argv []string) ([]string, error) {
	if len(argv) == 0 {
		return nil, fmt.Errorf("built-in resource type %s: no command", kind)
	}
	verb, ok := strings.CutPrefix(argv[0], Protocol)
	if !ok || !slices.Contains([]string{"check", "in", "out"}, verb) {
		return nil, fmt.Errorf("built-in resource type %s has check, in and out, not %q", kind, argv[0])
	}
	return append([]string{binary, "resource-type", kind, verb}, argv[1:]...), nil
}
