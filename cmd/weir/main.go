// Weir runs CI/CD pipelines that are planned, applied and kept true.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/weirci/weir/cmd/internal/cli"
	"github.com/weirci/weir/cmd/internal/compilestep"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/worker/load"
	"github.com/weirci/weir/worker/resource/types"
	"github.com/weirci/weir/worker/shim"
	"github.com/weirci/weir/worker/taskfile"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] { // what runs inside containers does not pass through the command line's set-up
		case "init":
			if shim.Called(os.Args[2:]) { // people mean `weir get` by it
				os.Exit(shim.Main(os.Args[2:]))
			}
		case policy.Command:
			os.Exit(policy.Main(os.Stdin, os.Stdout, os.Stderr))
		case "step":
			os.Exit(step(os.Args[2:]))
		case "resource-type":
			os.Exit(types.Main(context.Background(), types.System(os.Stderr), os.Args[2:], os.Stdin, os.Stdout))
		}
	}
	os.Exit(cli.Main(cli.System(time.Now), os.Args[1:]))
}

// step is what a step without an image of its own runs, in the directory that has
// its artifacts.
func step(args []string) int {
	switch {
	case slices.Equal(args, []string{"load"}):
		return load.Main(".", os.Stdin, os.Stdout, os.Stderr)
	case slices.Equal(args, []string{"pipeline"}):
		return compilestep.Main(cli.Version(), os.Stdin, os.Stdout, os.Stderr)
	case slices.Equal(args, []string{"task"}):
		return taskfile.Main(".", os.Stdin, os.Stdout, os.Stderr)
	}
	fmt.Fprintln(os.Stderr, "usage: weir step load|pipeline|task")
	return 2
}
