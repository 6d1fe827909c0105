package hcl

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// parseAll reads the files at once, large ones in pieces, and puts what they
// say together in order.
func parseAll(files []file) (*config.Config, diag.List) {
	pieces := make([][]piece, len(files))
	guarded := make([]reader, len(files))
	bound(files, guarded)
	atOnce(len(files), func(i int) {
		if len(guarded[i].list) > 0 {
			return
		}
		if guarded[i].list = expr.Guard(files[i].name, files[i].text); len(guarded[i].list) == 0 {
			pieces[i] = split(files[i].text, pieceSize)
		}
	})
	type job struct{ file, piece int }
	var jobs []job
	for i := range pieces {
		for n := range pieces[i] {
			jobs = append(jobs, job{i, n})
		}
	}
	readers := make([]reader, len(jobs))
	atOnce(len(jobs), func(i int) { readers[i].parse(files[jobs[i].file].name, pieces[jobs[i].file][jobs[i].piece]) })
	all, list := &config.Config{}, diag.List(nil)
	for i := range files {
		n := len(pieces[i])
		rest := whole(files[i], readers[:n])
		for k := range rest {
			merge(all, &rest[k].config)
			list.Append(rest[k].list...)
		}
		if list.Append(guarded[i].list...); guarded[i].list.HasErrors() {
			all.Holes = append(all.Holes, config.Hole{Range: wholeFile(files[i])})
		}
		readers = readers[n:]
	}
	return all, list
}

// bound leaves files out that would need too much memory together with those
// before them.
func bound(files []file, guarded []reader) {
	marks := 0
	for i := range files {
		n := expr.Marks(files[i].text)
		if marks+n <= expr.MaxMarks {
			marks += n
			continue
		}
		guarded[i].list.Errorf(diag.TooLarge, diag.Range{File: files[i].name}, "Too much in one pipeline",
			"With this file there would be more than %d line ends, commas, equals signs and opening brackets, which is all that is read of one directory. Use for_each and modules in place of repetition, and read data in a task.", expr.MaxMarks)
	}
}

// whole reads a file again in one piece if one of its pieces had a syntax
// error: perhaps there is none, and the cut was inside of a heredoc or comment.
// If there is one, what is right in the file is read all the same.
func whole(f file, pieces []reader) []reader {
	for i := range pieces {
		if !pieces[i].syntax {
			continue
		}
		one := pieces
		if len(pieces) > 1 {
			one = make([]reader, 1)
			one[0].parse(f.name, piece{text: f.text, start: hcl.InitialPos})
		}
		if one[0].syntax {
			return salvage(f)
		}
		return one
	}
	return pieces
}

func atOnce(n int, do func(int)) {
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	wg.Wait()
}

// piece is a part of a file and where it begins.
type piece struct {
	text  []byte
	start hcl.Pos
}

const pieceSize = 3 << 10 // bytes, about: the parser's own buffers stay small, and so does what it throws away

// split cuts a text behind lines that are nothing but a closing brace, where
// most likely a block of the file ends. A cut anywhere else leaves something
// unclosed in the piece before it or something closed twice in a later one,
// which is a syntax error, so a wrong guess never goes unseen.
func split(text []byte, size int) []piece {
	var out []piece
	at := hcl.InitialPos
	for len(text) > size {
		i := bytes.Index(text[size:], []byte("\n}\n"))
		if i < 0 {
			break
		}
		end := size + i + len("\n}\n")
		out = append(out, piece{text: text[:end], start: at})
		at = hcl.Pos{Line: at.Line + bytes.Count(text[:end], []byte("\n")), Column: 1, Byte: at.Byte + end}
		text = text[end:]
	}
	return append(out, piece{text: text, start: at})
}

// parse reads a piece of a file into the reader.
func (r *reader) parse(name string, p piece) {
	defer func() {
		if p := recover(); p != nil {
			r.syntax = true
			r.list.Errorf(diag.Syntax, diag.Range{File: name}, "Cannot parse the file", "Parsing failed unexpectedly: %s.", fmt.Sprint(p))
		}
	}()
	parsed, diags := hclsyntax.ParseConfig(p.text, name, p.start)
	r.syntax = diags.HasErrors()
	problems := few(expr.Problems(diags, diag.Syntax))
	aboutShell(problems, p)
	r.list.Append(problems...)
	if body, ok := parsed.Body.(*hclsyntax.Body); ok {
		r.file(body)
	}
}

const maxSyntax = 100 // syntax errors of one file that are reported

// few cuts off what follows from one early mistake, and says so.
func few(l diag.List) diag.List {
	if len(l) <= maxSyntax {
		return l
	}
	more, at := len(l)-maxSyntax, l[maxSyntax].Range
	l = l[:maxSyntax:maxSyntax]
	l.Errorf(diag.Syntax, at, "More syntax errors", "From here on %d more syntax errors of this file are left out.", more)
	return l
}
