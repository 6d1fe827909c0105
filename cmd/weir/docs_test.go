package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repo = "../.." // from here

// notHere are the documented commands that the test cannot run, and why.
var notHere = map[string]string{
	"make demo":  "needs the machine for itself; whoever checks a release runs it",
	"make test":  "this test is a part of it",
	"make setup": "changes the machine",
	"make help":  "is of the working copy, and the documents' directories are none",
}

// Every command in the documents works, in their order, in one directory for each
// document, in one shell.
//
//	```sh             each line is a command and has to succeed; after one that ends in &
//	                  the next waits until what it started is ready
//	```hcl file=NAME  is written to that file first
//
// Nothing else in the documents is run. Places and names that only the reader
// has are replaced: see the stages.
func TestDocumentedCommands(t *testing.T) {
	for _, doc := range documents(t) {
		blocks := blocksOf(t, doc)
		if !runs(blocks) {
			continue
		}
		t.Run(filepath.Base(doc), func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			if prepare, ok := stages[filepath.Base(doc)]; ok {
				prepare(t, s)
			}
			s.play(t, doc, blocks)
		})
	}
}

// What is not run is a real target, and really documented.
func TestWhatIsNotRunExists(t *testing.T) {
	documented := map[string]bool{}
	for _, doc := range documents(t) {
		for _, b := range blocksOf(t, doc) {
			for _, c := range b.commands() {
				documented[c.text] = true
			}
		}
	}
	for command := range notHere {
		if target, ok := strings.CutPrefix(command, "make "); !ok || !targets(t)[target] {
			t.Errorf("%q is no target of the Makefile", command)
		}
		if !documented[command] && command != "make setup" {
			t.Errorf("%q is in no document: take it out of the list", command)
		}
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(repo, "docs", "*.md"))
	if err != nil || len(all) < 5 {
		t.Fatalf("documents: %q, %v", all, err)
	}
	return append(all, filepath.Join(repo, "README.md"), filepath.Join(repo, "CONTRIBUTING.md"))
}

// codeBlock is a fenced block of a document.
type codeBlock struct {
	line       int // of its first line
	lang, file string
	text       string
}

// command is a line of a block that is run.
type command struct {
	line int
	text string // without its comment
}

var fence = regexp.MustCompile("^```(\\w*)(?: file=(\\S+))?$")

func blocksOf(t *testing.T, path string) (out []codeBlock) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var open *codeBlock
	for i, line := range strings.Split(string(b), "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case open != nil && line == "```":
			out, open = append(out, *open), nil
		case open != nil:
			open.text += line + "\n"
		case m != nil:
			open = &codeBlock{line: i + 2, lang: m[1], file: m[2]}
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			t.Errorf("%s:%d: this test does not understand the fence %q", path, i+1, line)
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the block never ends", path, open.line)
	}
	return out
}

var comment = regexp.MustCompile(`(^|\s+)#.*$`)

// commands are the lines of a shell block; a backslash at the end goes on.
func (b codeBlock) commands() (out []command) {
	if b.lang != "sh" {
		return nil
	}
	text, first := "", 0
	for i, line := range strings.Split(b.text, "\n") {
		if text == "" {
			first = b.line + i
		}
		more, goesOn := strings.CutSuffix(line, `\`)
		if text += more; goesOn {
			continue
		}
		if text = comment.ReplaceAllString(text, ""); text != "" {
			out = append(out, command{first, strings.TrimSpace(text)})
		}
		text = ""
	}
	return out
}

func runs(blocks []codeBlock) bool {
	for _, b := range blocks {
		for _, c := range b.commands() {
			if _, elsewhere := notHere[c.text]; !elsewhere {
				return true
			}
		}
	}
	return false
}

// play does what a document says.
func (s *stage) play(t *testing.T, doc string, blocks []codeBlock) {
	t.Helper()
	sh := s.shell(t)
	for _, b := range blocks {
		if b.file != "" {
			s.write(t, b.file, s.real(b.text))
		}
		for _, c := range b.commands() {
			if _, elsewhere := notHere[c.text]; elsewhere {
				continue
			}
			at := fmt.Sprintf("%s:%d: %s", doc, c.line, c.text)
			sh.run(t, at, s.real(c.text))
			if strings.HasSuffix(c.text, "&") {
				sh.awaitReady(t, at, c.text, s)
			}
		}
	}
	sh.end(t)
	s.stopAll()
	for _, what := range leftovers(t, s.dir) {
		t.Errorf("%s left behind: %s", doc, what)
	}
}

// awaitReady waits for what a line has started, as people do without noticing.
func (sh *shell) awaitReady(t *testing.T, at, started string, s *stage) {
	t.Helper()
	if strings.HasPrefix(started, "weir server ") {
		sh.eventually(t, at, func() bool {
			conn, err := net.Dial("tcp", s.address)
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
		return
	}
	sh.eventually(t, at, func() bool { return strings.Contains(sh.try("weir workers"), " running ") })
}
