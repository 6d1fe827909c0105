package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Harmless makes text safe to print on a terminal; its line breaks stay.
func Harmless(s string) string { return clean(s, true) }

// clean makes text harmless on a terminal: control characters and characters
// that turn the direction of text become visible escapes, invalid UTF-8
// becomes U+FFFD, tabs become four spaces. Line breaks stay if lines is set.
func clean(s string, lines bool) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		writeClean(&b, r, n, lines)
		i += n
	}
	return b.String()
}

func writeClean(b *strings.Builder, r rune, n int, lines bool) {
	switch {
	case r == '\t':
		b.WriteString("    ")
	case r == '\n' && lines:
		b.WriteByte('\n')
	case r == utf8.RuneError && n <= 1:
		b.WriteRune(utf8.RuneError)
	case r < 0x20 || r == 0x7f:
		fmt.Fprintf(b, `\x%02x`, r)
	case harmful(r):
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		b.WriteRune(r)
	}
}

// harmless is the quick way out: printable ASCII only.
func harmless(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func harmful(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029
}
