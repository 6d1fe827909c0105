package lint

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/weirci/weir/lang/diag"
)

// marker begins what a comment says to lint.
const marker = "weir:ignore"

// ignore is one comment: # weir:ignore W4010 reason, or with // in CUE.
type ignore struct {
	codes  []diag.Code
	reason string
	at     diag.Range
	line   int // the line that it silences
	used   bool
}

type ignores struct {
	all    []*ignore
	byLine map[place][]*ignore
}

type place struct {
	file string
	line int
}

// scan finds the comments of all files.
func scan(src *diag.Sources) *ignores {
	out := &ignores{byLine: map[place][]*ignore{}}
	for _, file := range src.Files() {
		text := src.Text(file)
		if !bytes.Contains(text, []byte(marker)) {
			continue
		}
		for _, i := range scanFile(file, text) {
			out.all = append(out.all, i)
			p := place{file, i.line}
			out.byLine[p] = append(out.byLine[p], i)
		}
	}
	return out
}

func scanFile(file string, text []byte) []*ignore {
	var out, above []*ignore // above: comments that wait for the line they are about
	start, number := 0, 0
	for line := range bytes.Lines(text) {
		number++
		i, alone := parseIgnore(line)
		if i != nil {
			i.at = span(file, line, i.at, number, start)
			i.line = number
			out = append(out, i)
		}
		switch {
		case i != nil && alone:
			above = append(above, i)
		case !comment(line):
			for _, a := range above {
				a.line = number
			}
			above = nil
		}
		start += len(line)
	}
	return out
}

// parseIgnore reads a line; alone says that nothing else stands on it. The
// range has only the bytes of the comment in its line.
func parseIgnore(line []byte) (i *ignore, alone bool) {
	at := bytes.Index(line, []byte(marker))
	if at < 0 {
		return nil, false
	}
	before := bytes.TrimRight(line[:at], " \t")
	sign := ""
	for _, s := range []string{"#", "//"} {
		if bytes.HasSuffix(before, []byte(s)) {
			sign = s
		}
	}
	if sign == "" {
		return nil, false
	}
	before = before[:len(before)-len(sign)]
	rest := strings.TrimRight(string(line[at+len(marker):]), "\r\n \t")
	i = &ignore{}
	i.at.Start.Byte, i.at.End.Byte = len(before), at+len(marker)+len(rest)
	codes, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	for c := range strings.SplitSeq(codes, ",") {
		if c != "" {
			i.codes = append(i.codes, diag.Code(c))
		}
	}
	i.reason = strings.TrimSpace(reason)
	return i, len(bytes.TrimSpace(before)) == 0
}

func comment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("//"))
}

func span(file string, line []byte, in diag.Range, number, start int) diag.Range {
	pos := func(b int) diag.Pos {
		return diag.Pos{Line: number, Column: utf8.RuneCount(line[:b]) + 1, Byte: start + b}
	}
	return diag.Range{File: file, Start: pos(in.Start.Byte), End: pos(in.End.Byte)}
}

// silence reports whether a comment is about a finding, and marks it as used.
func (g *ignores) silence(d diag.Diagnostic) bool {
	if !d.Code.Lint() {
		return false
	}
	silenced := false
	for _, i := range g.byLine[place{d.Range.File, d.Range.Start.Line}] {
		for _, c := range i.codes {
			if c == d.Code {
				i.used, silenced = true, true
			}
		}
	}
	return silenced
}

// problems are those of the comments themselves.
func (g *ignores) problems(code diag.Code, judged map[diag.Code]bool) diag.List {
	var l diag.List
	for _, i := range g.all {
		what, malformed := i.malformed()
		switch {
		case code == diag.IgnoreMalformed && malformed:
			l.Append(diag.Diagnostic{Range: i.at, Summary: "Incomplete ignore comment", Detail: what,
				Fix: &diag.Fix{Help: "write # " + marker + " W4010 and why"}})
		case code == diag.IgnoreUnused && !malformed && !i.used && judgedAll(i.codes, judged):
			l.Append(diag.Diagnostic{Range: i.at, Summary: "Ignore comment without effect",
				Detail: fmt.Sprintf("Lint finds nothing with the code %s on line %d.", joined(i.codes), i.line),
				Fix:    &diag.Fix{Help: "remove the comment"}})
		}
	}
	return l
}

func (i *ignore) malformed() (string, bool) {
	if len(i.codes) == 0 {
		return "The comment does not say which rule it ignores.", true
	}
	for _, c := range i.codes {
		if _, known := c.Meaning(); !known || !c.Lint() {
			return fmt.Sprintf("%q is no code of lint; only those, W4xxx, can be ignored.", string(c)), true
		}
	}
	if i.reason == "" {
		return "The comment does not say why: who reads it next will want to know.", true
	}
	return "", false
}

// judgedAll says whether all the rules were run: a rule that is off, or that
// wants a server, finds nothing that could be silenced.
func judgedAll(codes []diag.Code, judged map[diag.Code]bool) bool {
	for _, c := range codes {
		if !judged[c] {
			return false
		}
	}
	return true
}

func joined(codes []diag.Code) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return strings.Join(out, ", ")
}
