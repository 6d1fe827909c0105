package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const secret = `p4ss/w<ö>rd "x" +1`

// Each way in which programs print a secret leaves only the mark.
func TestForms(t *testing.T) {
	asJSON, _ := json.Marshal(secret)
	basic := base64.StdEncoding.EncodeToString
	for what, text := range map[string]string{
		"as it is":             secret,
		"query":                url.QueryEscape(secret),
		"path":                 url.PathEscape(secret),
		"small digits":         "p4ss%2fw%3c%c3%b6%3erd%20%22x%22%20%2b1",
		"JSON":                 string(asJSON[1 : len(asJSON)-1]),
		"JSON in ASCII":        `p4ss\/w<\u00f6>rd \"x\" +1`,
		"base64":               basic([]byte(secret)),
		"base64 of echo":       basic([]byte(secret + "\n")),
		"base64, no padding":   base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"base64 for URLs":      base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64, wrapped":      wrap(basic([]byte(secret)), 7, "\n"),
		"base64, wrapped, tty": wrap(basic([]byte(secret)), 5, "\r\n"),
	} {
		if got, want := New([]string{secret}).String("a "+text+" z"), "a "+Mark+" z"; got != want {
			t.Errorf("%s: %q leaves %q", what, text, got)
		}
	}
}

// Inside of other base64 only characters that are shared with what is around it stay.
func TestBase64AtAnyPlace(t *testing.T) {
	for before := range 7 {
		for after := range 4 {
			text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", before) + secret + strings.Repeat("v", after)))
			got := New([]string{secret}).String(text)
			if rest := strings.Replace(got, Mark, "", 1); len(rest) == len(got) || len(rest) > (before+after)*4/3+6 {
				t.Errorf("%d before, %d after: %q leaves %q", before, after, text, got)
			}
		}
	}
}

func TestLines(t *testing.T) {
	key := "-----BEGIN KEY-----\nMIIEpAIBAAKCAQ\n{\n-----END KEY-----\n"
	got := New([]string{key}).String("  MIIEpAIBAAKCAQ\r\n{ is fine\n" + strings.ReplaceAll(key, "\n", "\r\n"))
	if want := "  " + Mark + "\r\n{ is fine\n" + Mark; strings.TrimRight(got, "\r\n") != want {
		t.Errorf("%q", got)
	}
}

// What overlaps is hidden as a whole, whatever was found first.
func TestOverlaps(t *testing.T) {
	s := New([]string{"abcd", "cdef", "abcdefgh", "yyyy"})
	for text, want := range map[string]string{
		"abcdef": Mark, "abcdefg": Mark + "g", "abcabcdefgh": "abc" + Mark, "abcdabcd": Mark, "abcd abcd": Mark + " " + Mark,
		"yyyyyyy": Mark, "yyy": "yyy", "": "",
	} {
		if got := s.String(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What begins no secret leaves at once, so that a prompt is seen.
func TestOrdinaryOutputIsNotHeldBack(t *testing.T) {
	st := New([]string{secret}).Stream()
	if got := st.Write(nil, []byte("Name? ")); string(got) != "Name? " {
		t.Errorf("%q", got)
	}
	if got := st.Write(nil, []byte("x p4s")); string(got) != "x " {
		t.Errorf("%q", got)
	}
	if got := st.Write(nil, []byte("s? ")); string(got) != "p4ss? " {
		t.Errorf("%q", got)
	}
}

// A flood of line breaks after the beginning of base64 is not kept in memory.
func TestLineBreaksAreNotHeldForEver(t *testing.T) {
	st := New([]string{secret}).Stream()
	st.Write(nil, []byte(base64.StdEncoding.EncodeToString([]byte(secret))[:8]))
	for range 1000 {
		st.Write(nil, []byte("\n\n\n\n"))
	}
	if len(st.held) > 64 {
		t.Errorf("%d bytes are held", len(st.held))
	}
}

func wrap(s string, column int, end string) string {
	var b strings.Builder
	for len(s) > column {
		b.WriteString(s[:column] + end)
		s = s[column:]
	}
	return b.String() + s
}

// slowly says the same as a Stream, with everything in view: for every place and
// every form, is it there?
func slowly(secrets []string, text string) string {
	hidden := make([]bool, len(text))
	for _, s := range secrets {
		exact, wrapped := forms(s)
		for from := range len(text) {
			for _, f := range exact {
				if f != "" && strings.HasPrefix(text[from:], f) {
					cover(hidden, from, from+len(f))
				}
			}
			for _, f := range wrapped {
				if to := wrappedAt(text, from, f); to > 0 {
					cover(hidden, from, to)
				}
			}
		}
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			b.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			b.WriteString(Mark)
		}
	}
	return b.String()
}

func cover(hidden []bool, from, to int) {
	for ; from < to; from++ {
		hidden[from] = true
	}
}

func wrappedAt(text string, from int, f string) (to int) {
	breaks := 0
	for i := from; i < len(text) && f != ""; i++ {
		if c := text[i]; i > from && (c == '\n' || c == '\r') {
			if breaks++; breaks > 2 {
				return 0
			}
			continue
		}
		if breaks = 0; text[i] != f[0] {
			return 0
		}
		if f = f[1:]; f == "" {
			return i + 1
		}
	}
	return 0
}

// texts are made of secrets, their forms, and beginnings and ends of those.
func texts(t *rapid.T, secrets []string) string {
	var b strings.Builder
	for range rapid.IntRange(0, 8).Draw(t, "pieces") {
		exact, wrapped := forms(rapid.SampledFrom(secrets).Draw(t, "of"))
		all := append(append([]string{"\n", "x y", "\r\n"}, exact...), wrapped...)
		piece := rapid.SampledFrom(all).Draw(t, "piece")
		if rapid.Bool().Draw(t, "wrapped") {
			piece = wrap(piece, rapid.IntRange(1, 9).Draw(t, "column"), rapid.SampledFrom([]string{"\n", "\r\n", "\n\n", "\n\n\n"}).Draw(t, "end"))
		}
		from := rapid.IntRange(0, len(piece)).Draw(t, "from")
		if rapid.Bool().Draw(t, "whole") {
			from = 0
		}
		b.WriteString(piece[from:rapid.IntRange(from, len(piece)).Draw(t, "to")])
		if rapid.Bool().Draw(t, "and all of it") {
			b.WriteString(piece)
		}
	}
	return b.String()
}

func someSecrets() *rapid.Generator[[]string] {
	return rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab/\n'\"é <9")), 1, 24, -1), 1, 3)
}

func inPieces(set *Set, text string, cuts func(left int) int) string {
	st, out := set.Stream(), []byte(nil)
	for p := []byte(text); len(p) > 0; {
		n := cuts(len(p))
		out = st.Write(out, bytes.Clone(p[:n]))
		p = p[n:]
	}
	return string(st.Flush(out))
}

// However the output is cut, what leaves is what looking for every form at every
// place gives.
func TestWhateverTheChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := someSecrets().Draw(t, "secrets")
		text := texts(t, secrets)
		set, want := New(secrets), slowly(secrets, text)
		got := inPieces(set, text, func(left int) int { return rapid.IntRange(1, left).Draw(t, "cut") })
		if got != want {
			t.Fatalf("secrets %q\ntext %q\ngot  %q\nwant %q", secrets, text, got, want)
		}
	})
}

// Where no part of the mark can be a part of a secret, no form is in what leaves.
func TestNoFormLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[zq_/é%"]{4,20}`), 1, 3).Draw(t, "secrets")
		got := New(secrets).String(texts(t, secrets))
		for _, s := range secrets {
			exact, wrapped := forms(s)
			for _, f := range append(exact, wrapped...) {
				if f != "" && strings.Contains(got, f) && !strings.Contains(Mark, f) {
					t.Fatalf("%q is in %q", f, got)
				}
			}
		}
	})
}

func FuzzStream(f *testing.F) {
	f.Add("hunter22", "x hunter22 y", uint8(3))
	f.Add("a\nbcdefgh", "YQpiY2RlZmdo\n", uint8(1))
	f.Add("p+/é", "%70p%2b%2F%C3%A9", uint8(7))
	f.Fuzz(func(t *testing.T, secret, text string, size uint8) {
		if len(secret) > 200 || len(text) > 2000 {
			return
		}
		got := inPieces(New([]string{secret}), text, func(left int) int { return min(left, int(size)+1) })
		if want := slowly([]string{secret}, text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// The speed of a log with no secret in it, and of one that is nothing but
// beginnings of secrets.
func BenchmarkStream(b *testing.B) {
	set := New([]string{"ghp_0123456789abcdefghijklmnop", strings.Repeat("MIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyz0123456789AB\n", 50)})
	for name, text := range map[string]string{"plain": "2026-01-01 compiling package number 17 of 300 ok\n", "beginnings": "MIIEpAIBAAKCAQEA012345678 ghp_01234567 "} {
		b.Run(fmt.Sprint(name, ", ", len(set.exact.nodes)+len(set.wrapped.nodes), " nodes"), func(b *testing.B) {
			chunk := []byte(strings.Repeat(text, 32<<10/len(text)))
			st, out := set.Stream(), []byte(nil)
			b.SetBytes(int64(len(chunk)))
			for b.Loop() {
				out = st.Write(out[:0], chunk)
			}
		})
	}
}
