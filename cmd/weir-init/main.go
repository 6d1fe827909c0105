// Weir-init is `weir init` as a program of its own: the first process of every
// run. It has nothing else in it, so that it starts in a fraction of the time
// that all of weir needs, and `make build` puts it inside weir (package initfile).
package main

import (
	"os"

	"github.com/weirci/weir/worker/shim"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "init" {
		os.Exit(shim.Main(nil)) // says how it is meant
	}
	os.Exit(shim.Main(os.Args[2:]))
}
