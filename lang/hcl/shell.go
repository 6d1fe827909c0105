package hcl

import (
	"bytes"

	"github.com/weirci/weir/lang/diag"
)

// aboutShell adds to errors inside of ${…} what is most often meant there: a
// parameter of the shell, whose ${ is written with two $.
func aboutShell(l diag.List, p piece) {
	for i, d := range l {
		at := d.Range.Start.Byte - p.start.Byte
		if d.Fix != nil || d.Summary != "Invalid expression" || at < 0 || at > len(p.text) {
			continue
		}
		line := p.text[bytes.LastIndexByte(p.text[:at], '\n')+1 : at]
		if open := bytes.LastIndex(line, []byte("${")); open >= 0 && !bytes.Contains(line[open:], []byte("}")) {
			l[i].Fix = &diag.Fix{Help: "where the shell's ${ is meant, write $${"}
		}
	}
}
