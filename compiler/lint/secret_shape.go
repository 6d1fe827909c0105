package lint

import (
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// shape is a kind of token that is known by how it looks. The sign is a part of
// every such token: most texts have none of them, and need no regular expression.
type shape struct {
	what, sign string
	form       *regexp.Regexp
}

// shapes are compiled once.
var shapes = sync.OnceValue(func() []shape {
	of := func(what, sign, form string) shape { return shape{what, sign, regexp.MustCompile(form)} }
	return []shape{
		of("a private key", "PRIVATE KEY-----", `-----BEGIN [A-Z ]*PRIVATE KEY-----`),
		of("an AWS access key", "AKIA", `\bAKIA[0-9A-Z]{16}\b`),
		of("a temporary AWS access key", "ASIA", `\bASIA[0-9A-Z]{16}\b`),
		of("a GitHub token", "gh", `\bgh[pousr]_[A-Za-z0-9]{36,}\b`),
		of("a GitHub token", "github_pat_", `\bgithub_pat_[A-Za-z0-9_]{50,}\b`),
		of("a GitLab token", "glpat-", `\bglpat-[A-Za-z0-9_-]{20,}`),
		of("a Slack token", "xox", `\bxox[abeprs]-[A-Za-z0-9-]{10,}`),
		of("the address of a Slack hook", "hooks.slack.com", `hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+`),
		of("a Google key", "AIza", `\bAIza[0-9A-Za-z_-]{35}`),
		of("a Stripe key", "k_live_", `\b[rs]k_live_[0-9A-Za-z]{20,}\b`),
		of("an npm token", "npm_", `\bnpm_[A-Za-z0-9]{36}\b`),
		of("a PyPI token", "pypi-", `\bpypi-[A-Za-z0-9_-]{50,}`),
		of("a Docker token", "dckr_pat_", `\bdckr_pat_[A-Za-z0-9_-]{20,}`),
		of("a Vault token", "hv", `\bhv[sbr]\.[A-Za-z0-9_-]{24,}`),
		of("a JSON web token", "eyJ", `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`),
		of("a password in an address", "://", `://[^\s/:@$]+:[^\s/:@${}]{3,}@`),
	}
})

// secretIn says what a text holds that looks like a secret, and the part of the
// text that does.
func secretIn(name, text string) (what, found string, ok bool) {
	for _, s := range shapes() {
		if strings.Contains(text, s.sign) {
			if found := s.form.FindString(text); found != "" {
				return s.what, found, true
			}
		}
	}
	if looksLikePassword(text) && secretName(name) {
		return "a secret, by its name, " + name, text, true
	}
	for _, word := range strings.FieldsFunc(text, notInToken) {
		if looksRandom(word) {
			return "a random key", word, true
		}
	}
	return "", "", false
}

// secretName knows the names under which secrets stand.
func secretName(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	for _, end := range []string{"password", "passwd", "secret", "token", "api_key", "apikey", "private_key", "access_key", "secret_key", "passphrase"} {
		if name == end || strings.HasSuffix(name, "_"+end) {
			return true
		}
	}
	return false
}

// looksLikePassword is a text with the name of a secret that is no path, no
// address, no sentence, and no placeholder such as "changeme".
func looksLikePassword(s string) bool {
	if len(s) < 8 || strings.ContainsAny(s, " /\n\t${}<>") || strings.Contains(s, "...") {
		return false
	}
	return strings.ContainsFunc(s, unicode.IsDigit) && strings.ContainsFunc(s, unicode.IsLetter) && entropy(s) >= 2.8
}

func notInToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '_' && r != '='
}

const (
	leastRandom  = 24  // characters
	leastEntropy = 4.0 // bits a character; a random one of 24 from base64 has 4.4 and more
)

// looksRandom is a long word in which lower case, upper case and digits take
// turns, as no name does. Digests in hexadecimal are none: they have one case.
func looksRandom(word string) bool {
	if len(word) < leastRandom || entropy(word) < leastEntropy {
		return false
	}
	turns, digits, last := 0, 0, -1
	for _, r := range word {
		class := 0
		switch {
		case unicode.IsDigit(r):
			class = 1
			digits++
		case unicode.IsUpper(r):
			class = 2
		}
		if class != last {
			turns++
		}
		last = class
	}
	return digits >= 2 && turns*5 >= len(word)*2 && strings.ToLower(word) != word && strings.ToUpper(word) != word
}

// entropy is how many bits a character of the text carries, by how often each
// is in it.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
