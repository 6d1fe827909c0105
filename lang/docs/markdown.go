package docs

import (
	"strings"
)

// Markdown is the page as it stands in a file of documentation.
func (p Page) Markdown() string {
	var b strings.Builder
	if p.Pipeline != "" {
		b.WriteString("# Pipeline " + cell(p.Pipeline) + "\n")
		if p.Description != "" {
			b.WriteString("\n" + p.Description + "\n")
		}
	}
	table(&b, "Variables", []string{"name", "type", "default", "description"}, len(p.Variables), func(i int) []string { return p.Variables[i].row() })
	table(&b, "Outputs", []string{"name", "description"}, len(p.Outputs), func(i int) []string {
		o := p.Outputs[i]
		return []string{code(o.Name), sentences(o.Description, also(o.Sensitive, "Sensitive."))}
	})
	table(&b, "Resources", []string{"resource", "type", "checked", "repeated"}, len(p.Resources), func(i int) []string {
		r := p.Resources[i]
		return []string{code(r.Address), cell(r.Type), cell(r.Every), code(r.Repeats)}
	})
	table(&b, "Jobs", []string{"job", "description", "started by", "repeated"}, len(p.Jobs), func(i int) []string {
		j := p.Jobs[i]
		return []string{code(j.Address), cell(j.Description), cell(strings.Join(j.Triggers, "; ")), code(j.Repeats)}
	})
	for _, j := range p.Jobs {
		table(&b, "Parameters of "+code(j.Address), []string{"name", "type", "default", "description"}, len(j.Params), func(i int) []string {
			q := j.Params[i]
			return []string{code(q.Name), code(q.Type), code(q.Default), cell(q.Description)}
		})
	}
	table(&b, "Modules", []string{"module", "source", "version", "repeated"}, len(p.Modules), func(i int) []string {
		m := p.Modules[i]
		return []string{code(m.Address), code(m.Source), code(m.Version), code(m.Repeats)}
	})
	return strings.TrimPrefix(b.String(), "\n")
}

func (v Variable) row() []string {
	value := code(v.Default)
	switch {
	case v.Required:
		value = "must be given"
	case v.Sensitive:
		value = "(sensitive)"
	}
	about := []string{v.Description, also(v.Sensitive, "Sensitive.")}
	for _, r := range v.Rules {
		about = append(about, "Anything else is refused: “"+r+"”")
	}
	return []string{code(v.Name), code(v.Type), value, sentences(about...)}
}

func also(yes bool, what string) string {
	if yes {
		return what
	}
	return ""
}

func sentences(all ...string) string {
	var out []string
	for _, s := range all {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if n := len(out); n > 0 && !strings.ContainsAny(out[n-1][len(out[n-1])-1:], ".!?") {
			out[n-1] += "."
		}
		out = append(out, s)
	}
	return cell(strings.Join(out, " "))
}

// table writes a table of what there is.
func table(b *strings.Builder, title string, header []string, n int, row func(int) []string) {
	if n == 0 {
		return
	}
	rows := make([][]string, n)
	used := make([]bool, len(header))
	used[0] = true
	for i := range n {
		rows[i] = row(i)
		for k, c := range rows[i] {
			used[k] = used[k] || c != ""
		}
	}
	b.WriteString("\n## " + title + "\n\n")
	line(b, header, used)
	b.WriteString(strings.Repeat("|---", count(used)) + "|\n")
	for _, r := range rows {
		line(b, r, used)
	}
}

// line writes the columns that are used at all.
func line(b *strings.Builder, cells []string, used []bool) {
	for k, c := range cells {
		if used[k] {
			b.WriteString("| " + c + strings.Repeat(" ", min(1, len(c))))
		}
	}
	b.WriteString("|\n")
}

func count(all []bool) (n int) {
	for _, yes := range all {
		if yes {
			n++
		}
	}
	return n
}

var cellEscapes = strings.NewReplacer("\r", " ", "\n", " ", `\`, `\\`, "|", `\|`, "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`)

// cell is a text as the content of a cell of a table.
func cell(s string) string { return cellEscapes.Replace(strings.TrimSpace(s)) }

// code is a text as code in a cell; "" is nothing.
func code(s string) string {
	if s == "" {
		return ""
	}
	s = strings.NewReplacer("\r", " ", "\n", " ", "|", `\|`).Replace(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}
