package lint

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func secretLiteral() Rule {
	return Rule{Code: diag.SecretLiteral, Severity: diag.Warning, Summary: "Looks like a secret",
		Why: "What is written in a pipeline is in the repository, in the plan and in the database, in clear. Found are the tokens of well-known services, private keys, passwords in addresses, and texts that look random.",
		Fix: "Revoke it, keep its successor in a secret source, and write `secret.SOURCE.NAME` here.",
		check: func(p *pass, out report) {
			for _, a := range p.written.args {
				texts(a.name, a.value, func(name, text string, e config.Expr) {
					if what, found, ok := secretIn(name, text); ok {
						out(diag.Diagnostic{Range: p.within(e.Range(), found),
							Detail: fmt.Sprintf("This looks like %s. It is in clear wherever the pipeline is.", what),
							Fix:    &diag.Fix{Help: "revoke it, and write secret.<source>.<name> for its successor"}})
					}
				})
			}
		}}
}

// within is the range of a text inside of a range, where it stands there as it is.
func (p *pass) within(r diag.Range, found string) diag.Range {
	text := p.Sources.Text(r.File)
	if r.Start.Byte < 0 || r.End.Byte > len(text) || r.Start.Byte > r.End.Byte {
		return r
	}
	at := bytes.Index(text[r.Start.Byte:r.End.Byte], []byte(found))
	if at < 0 {
		return r
	}
	return diag.Range{File: r.File, Start: advance(text, r.Start, at), End: advance(text, r.Start, at+len(found))}
}

// advance is the position n bytes behind another.
func advance(text []byte, from diag.Pos, n int) diag.Pos {
	passed := text[from.Byte : from.Byte+n]
	to := diag.Pos{Line: from.Line + bytes.Count(passed, []byte("\n")), Column: from.Column, Byte: from.Byte + n}
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		to.Column, passed = 1, passed[i+1:]
	}
	to.Column += utf8.RuneCount(passed)
	return to
}
