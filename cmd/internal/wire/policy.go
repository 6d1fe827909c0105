package wire

import (
	"fmt"
	"os"

	"github.com/weirci/weir/compiler/policy"
)

// Judge evaluates policies in processes of this same program, at most so many at
// once.
func Judge(atOnce int) (policy.Judge, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	return policy.Sandbox{Program: []string{self, policy.Command}, Slots: make(chan struct{}, atOnce)}, nil
}
