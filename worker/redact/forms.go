package redact

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Parts of a secret that are shorter than this are not looked for by themselves:
// they would hide half of any log.
const (
	leastLine    = 6
	leastEncoded = 4
)

// forms are the texts by which a secret is known. Wrapped ones may have line
// breaks anywhere inside of them.
func forms(secret string) (exact, wrapped []string) {
	for _, part := range parts(secret) {
		exact = append(exact, part)
		if len(part) < leastEncoded {
			continue
		}
		exact = append(exact, escaped(part)...)
		wrapped = append(wrapped, base64Forms(part)...)
	}
	return exact, wrapped
}

// parts are a secret, and its lines where it has several.
func parts(secret string) []string {
	var out []string
	if secret != "" {
		out = append(out, secret)
	}
	if whole := strings.TrimSpace(secret); whole != secret && len(whole) >= leastEncoded {
		out = append(out, whole)
	}
	if !strings.Contains(secret, "\n") {
		return out
	}
	for line := range strings.Lines(secret) {
		if line = strings.TrimSpace(line); len(line) >= leastLine {
			out = append(out, line)
		}
	}
	return out
}

// escaped are the ways in which programs quote a text.
func escaped(s string) []string {
	q, p := url.QueryEscape(s), url.PathEscape(s)
	plain := strings.TrimPrefix(url.UserPassword("", s).String(), ":")
	out := []string{q, lower(q), p, lower(p), plain, lower(plain), percent(s, "%%%02X"), percent(s, "%%%02x"),
		strings.ReplaceAll(q, "+", "%20"), strings.ReplaceAll(s, "'", `'\''`), strings.ReplaceAll(s, "\n", "\r\n")}
	return append(out, jsonForms(s)...)
}

// lower has the digits of percent escapes in small letters.
func lower(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(s[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// percent escapes every byte that RFC 3986 reserves or has no place for.
func percent(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, format, c)
		}
	}
	return b.String()
}

// jsonForms are JSON's, with and without what encoders escape out of caution.
func jsonForms(s string) []string {
	b, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	cautious := string(b[1 : len(b)-1])
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(cautious)
	slashed := strings.ReplaceAll(plain, "/", `\/`)
	return []string{cautious, plain, slashed, ascii(plain), ascii(slashed)}
}

// ascii escapes what is beyond ASCII as UTF-16, as JSON has it.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// base64Forms are what base64 makes of a text with 0, 1 or 2 bytes before it
// (modulo 3), and something, nothing or a line's end after it: the characters that
// do not depend on what is around it.
func base64Forms(s string) []string {
	var out []string
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			for _, after := range []string{"", "\n"} {
				text := enc.EncodeToString([]byte("\x00\x00"[:before] + s + after))[(before*8+5)/6:]
				out = append(out, text, strings.TrimRight(text, "="))
			}
			whole := enc.EncodeToString([]byte("\x00\x00"[:before] + s))
			out = append(out, whole[(before*8+5)/6:(before+len(s))*8/6])
		}
	}
	return out
}
