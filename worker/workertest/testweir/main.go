// Command testweir stands for weir's binary in tests of runtimes: it has a
// resource type "echo" that says how it was called. It is built without
// cgo, because it runs in containers that have no C library.
package main

import (
	"encoding/json"
	"io"
	"os"
)

func main() {
	stdin, _ := io.ReadAll(os.Stdin)
	entries, _ := os.ReadDir("/")
	var root []string
	for _, e := range entries {
		root = append(root, e.Name())
	}
	dir, _ := os.Getwd()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"args": os.Args[1:], "stdin": string(stdin), "root": root, "dir": dir})
	_, _ = io.WriteString(os.Stderr, "called\n")
	if len(os.Args) > 4 && os.Args[3] == "in" {
		if err := os.WriteFile(os.Args[4]+"/fetched", stdin, 0o644); err != nil {
			os.Exit(1)
		}
	}
}
