package expr

import "bytes"

// maxPieces is how many pieces of plain text in a row a template may have. The
// lexer makes one of each line of a heredoc and of each sign that could have
// begun an interpolation, and the parser's time is quadratic in them.
const maxPieces = 10_000

// longTemplate is where a template has too many pieces, or -1.
func longTemplate(text []byte) int {
	signs := 0
	for i, c := range text {
		switch {
		case c == '\n':
			signs = 0
		case (c == '$' || c == '%') && (i+1 == len(text) || text[i+1] != '{' || i > 0 && text[i-1] == c):
			if signs++; signs > maxPieces {
				return i
			}
		}
	}
	return longHeredoc(text)
}

// longHeredoc is where a heredoc has too many lines, or -1.
func longHeredoc(text []byte) int {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte("<<"))
		if i < 0 {
			return -1
		}
		at += i + 2
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return -1
		}
		tag := bytes.TrimSpace(bytes.TrimPrefix(text[at:at+end], []byte("-")))
		if !isWord(tag) || inComment(text, at) {
			continue
		}
		n := heredocLines(text[at+end+1:], tag)
		if n.lines > maxPieces {
			return at
		}
		at += end + 1 + n.bytes
	}
}

type extent struct{ lines, bytes int }

// heredocLines measures a heredoc up to its end, or to the first line too many.
func heredocLines(text, tag []byte) (n extent) {
	for n.bytes < len(text) && n.lines <= maxPieces {
		line := text[n.bytes:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if bytes.Equal(bytes.TrimSpace(line), tag) {
			return n
		}
		n.bytes += len(line)
		n.lines++
	}
	return n
}

func isWord(s []byte) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return len(s) > 0
}

func inComment(text []byte, at int) bool {
	line := bytes.TrimSpace(text[bytes.LastIndexByte(text[:at], '\n')+1 : at])
	return bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("//"))
}
