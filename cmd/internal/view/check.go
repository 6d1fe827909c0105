package view

import (
	"fmt"
	"io"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// CheckLog says how a check went, and what it wrote.
func CheckLog(w io.Writer, c *weirv1.LastCheckResponse) {
	if c.Status == "" {
		fmt.Fprintln(w, "no check is remembered: they are for some minutes")
		return
	}
	how := c.Status
	if c.ExitCode != nil {
		how = fmt.Sprintf("exit code %d", c.GetExitCode())
	}
	if c.Message != "" {
		how += ": " + c.Message
	}
	on := ""
	if c.Worker != "" {
		on = " on " + c.Worker
	}
	fmt.Fprintf(w, "check of %s%s: %s\n", c.CreatedAt.AsTime().UTC().Format("2006-01-02 15:04:05Z"), on, how)
	for line := range strings.Lines(c.Log) {
		fmt.Fprintf(w, "    %s\n", printable(strings.TrimRight(line, "\r\n")))
	}
}
