// Weir runs CI/CD pipelines that are planned, applied and kept true.
package main

import (
	"os"
	"time"

	"github.com/weirci/weir/cmd/internal/cli"
	"github.com/weirci/weir/worker/shim"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "init" {
		os.Exit(shim.Main(os.Args[2:]))
	}
	os.Exit(cli.Main(cli.System(time.Now), os.Args[1:]))
}
