package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/wire"
)

// testImageCommand is for the demo and for tries without a registry.
func (a *App) testImageCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "test-image DIR",
		Short:  "Make a small image of this machine's static busybox, as an OCI layout: image = \"oci:DIR\"",
		Hidden: true,
		Args:   exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := wire.TestImage(args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.Out, "oci:%s\n", args[0])
			return err
		},
	}
}
