package view

import (
	"strconv"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Containers is the table of what the steps of a build have on workers.
func Containers(all []*weirv1.Container) Table {
	t := Table{Header: []string{"step", "path", "attempt", "kind", "status", "worker", "why not"}, Empty: "no containers"}
	for _, c := range all {
		t.Rows = append(t.Rows, []Cell{Text(c.Step), Text(c.Path), Text(strconv.Itoa(int(c.Attempt))), Text(c.Kind), Status(c.Status), Text(c.Worker), Text(c.Gone)})
	}
	return t
}
