package function

import (
	"fmt"
	"strings"
)

// Reference is the page about all functions, in Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# Functions

Expressions may call these functions, in every notation, at compile time and in a run. All are pure: the same arguments
give the same result, on every machine and on every day. Those that read files read them when the pipeline is compiled, so
what they read is a part of the plan. This page is made from the program: `)
	b.WriteString("`weir functions` prints it, `weir functions NAME` a part of it.\n")
	group := ""
	for _, e := range All() {
		if e.Group != group {
			group = e.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		b.WriteString("\n" + e.Markdown())
	}
	return b.String()
}

// Markdown is what the reference page has about a function.
func (e Entry) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n`%s`: %s\n", e.Name, e.Signature(), e.About)
	for _, p := range e.Params {
		fmt.Fprintf(&b, "- `%s` (%s): %s\n", p.Name, p.Type, p.About)
	}
	fmt.Fprintf(&b, "\n```hcl\n%s # %s\n```\n", e.Example, e.Gives)
	return b.String()
}
