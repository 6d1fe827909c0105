package format

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue/scanner"
	cuetoken "cuelang.org/go/cue/token"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, from, to string }{
		{"alignment", "job  \"a\"{\n get \"app\"   { trigger=true }\n max_in_flight=1\n timeout   = \"1h\"\n}\n",
			"job \"a\" {\n  get \"app\" { trigger = true }\n  max_in_flight = 1\n  timeout       = \"1h\"\n}\n"},
		{"comments", "# above\nlocals{ # beside\n  // inside\n  a=1 /* after */\n}\n#last",
			"# above\nlocals { # beside\n  // inside\n  a = 1 /* after */\n}\n#last"},
		{"a heredoc is a text", "x = <<-SH\n   echo  1\n     go\n SH\n", "x = <<-SH\n   echo  1\n     go\n SH\n"},
		{"nothing", "", ""},
		{"expressions", "a=[1,2 ,3]\nb={x=1,y=f( 1 )}\nc=a ?b: c\n", "a = [1, 2, 3]\nb = { x = 1, y = f(1) }\nc = a ? b : c\n"},
	} {
		got, list := Source("x.weir.hcl", []byte(c.from))
		if len(list) > 0 || string(got) != c.to {
			t.Errorf("%s: %v\n%s", c.name, list, got)
		}
	}
	got, list := Source("x.cue", []byte("package  p\n// about a\na:1\nlonger :  {b:\"x\"} // beside\n"))
	if want := "package p\n\n// about a\na: 1\nlonger: {b: \"x\"} // beside\n"; len(list) > 0 || string(got) != want {
		t.Errorf("%v\n%s", list, got)
	}
}

// What cannot be read is not touched, and all of it is said.
func TestSyntaxErrors(t *testing.T) {
	for name, text := range map[string]string{
		"a.weir.hcl": "job \"a\" {\n", "b.cue": "a: {\n", "c.weirvars": "a = \n", "d.cue": "a: \xff", "e.weir.hcl": "a = \"\xff\"",
		"f.weir.hcl": "a = " + strings.Repeat("[", 100_000), "g.cue": "a: " + strings.Repeat("[", 1_000_000),
	} {
		if out, list := Source(name, []byte(text)); !list.HasErrors() || out != nil || list[0].Range.File != name {
			t.Errorf("%s: %d bytes, %v", name, len(out), list)
		}
	}
}

func TestKnown(t *testing.T) {
	for name, want := range map[string]bool{"a/pipeline.weir.hcl": true, "x.cue": true, "prod.weirvars": true, "a.auto.weirvars": true, "weir.lock.hcl": true, "main.tf": false, "x.weirvars.json": false} {
		if Known(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// tokens are the tokens of a text without blanks, with the comments.
func tokens(name string, text []byte) (out []string) {
	if isCUE(name) {
		return cueTokens(text)
	}
	all, _ := hclsyntax.LexConfig(text, name, hcl.InitialPos)
	for _, k := range all {
		out = append(out, strings.TrimSpace(string(k.Bytes)))
	}
	return out
}

func cueTokens(text []byte) (out []string) {
	var s scanner.Scanner
	s.Init(cuetoken.NewFile("x", -1, len(text)), text, nil, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == cuetoken.EOF:
			return out
		case tok == cuetoken.COMMA: // a line's end is one
		case lit != "":
			out = append(out, strings.Join(strings.Fields(lit), " "))
		default:
			out = append(out, tok.String())
		}
	}
}

// keeps fails unless formatting keeps all tokens and does nothing the second time.
func keeps(t interface{ Fatalf(string, ...any) }, name string, text []byte) {
	out, list := Source(name, text)
	if list.HasErrors() {
		return
	}
	if !isCUE(name) { // the formatter of CUE takes superfluous quotes and brackets away
		if a, b := tokens(name, text), tokens(name, out); strings.Join(a, "\x00") != strings.Join(b, "\x00") {
			t.Fatalf("%q\nbecame\n%q:\n%q\n%q", text, out, a, b)
		}
	}
	again, list := Source(name, out)
	if list.HasErrors() || !bytes.Equal(again, out) {
		t.Fatalf("%q\nformatted is\n%q\nand again\n%q (%v)", text, out, again, list)
	}
}

func examples(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"../../examples/*/*.weir.hcl", "../../examples/*/*.cue", "../../examples/*/cue/*.cue"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			out[n] = b
		}
	}
	if len(out) == 0 {
		t.Fatal("there are no examples")
	}
	return out
}

// The examples are in the form that they teach.
func TestExamplesAreFormatted(t *testing.T) {
	for name, text := range examples(t) {
		if out, list := Source(name, text); list.HasErrors() || !bytes.Equal(out, text) {
			t.Errorf("weir fmt changes %s (%v)", name, list)
		}
	}
}

// Pieces of the language put together at random.
func TestKeepsTokens(t *testing.T) {
	pieces := []string{"job", "\"a\"", "{", "}", "=", "\n", "\n\n", " ", "  ", "# c\n", "// d\n", "/* e */", "[", "]", ",", "1", "-", "(", ")", "x", "x.y", "?", ":", "\"${", "}\"",
		"<<E\n text\nE\n", "for", "in", "if", "==", "&&", "\t", "\r\n", "...", "*", "ä"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), "")
		keeps(t, "x.weir.hcl", []byte(text))
	})
}

// The same for pipelines that are right: attributes and blocks with any blanks.
func TestKeepsTokensOfPipelines(t *testing.T) {
	blank := rapid.SampledFrom([]string{"", " ", "   ", "\t"})
	values := rapid.SampledFrom([]string{"1", "[1,2,\n 3]", "{a=1\nb = 2}", "\"x ${ a+1 }\"", "f(a,  b...)", "a?b:c", "[for x in y:x]", "-1", "!a", "<<-E\n    x\n  E", "[\n# c\n1,\n]", "{ (a) = 1, \"b\":2 }"})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for i := range rapid.IntRange(0, 6).Draw(t, "blocks") {
			b.WriteString("job" + blank.Draw(t, "") + "\"a\"" + blank.Draw(t, "") + "{" + rapid.SampledFrom([]string{"\n", " # c\n"}).Draw(t, ""))
			for j := range rapid.IntRange(0, 5).Draw(t, "attributes") {
				b.WriteString(blank.Draw(t, "") + strings.Repeat("n", i+j+1) + blank.Draw(t, "") + "=" + blank.Draw(t, "") + values.Draw(t, "value") + rapid.SampledFrom([]string{"\n", "\n\n", "\n# c\n"}).Draw(t, ""))
			}
			b.WriteString(blank.Draw(t, "") + "}\n")
		}
		keeps(t, "x.weir.hcl", []byte(b.String()))
		if _, list := Source("x.weir.hcl", []byte(b.String())); list.HasErrors() {
			t.Fatalf("%s: %v", b.String(), list)
		}
	})
}

func FuzzFormat(f *testing.F) {
	for name, text := range examples(f) {
		f.Add(text, isCUE(name))
	}
	f.Add([]byte("a = <<E\n  ${b}\nE\n"), false)
	f.Add([]byte("a: [for x in y {x}] // c"), true)
	f.Fuzz(func(t *testing.T, text []byte, isCUE bool) {
		name := "x.weir.hcl"
		if isCUE {
			name = "x.cue"
		}
		keeps(t, name, text)
	})
}
