package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
)

// proofs are the ways in which forges show that they have the token, the strongest
// first. The first that a request has decides.
var proofs = [...]struct {
	of    func(*http.Request) string // "": the request has none of it
	holds func(proof, token string, body []byte) bool
}{
	{header("X-Hub-Signature-256"), signed("sha256=")}, // GitHub
	{header("X-Hub-Signature"), signed("sha256=")},     // Bitbucket; what GitHub sends there is too weak
	{header("X-Gitea-Signature"), signed("")},
	{header("X-Forgejo-Signature"), signed("")},
	{header("X-Gitlab-Token"), same},
	{header("X-Webhook-Token"), same},
	{bearer, same},
	{parameter("token"), same},
	{parameter("webhook_token"), same}, // Concourse
}

// claims says that a request shows anything at all.
func claims(r *http.Request) bool {
	for _, p := range proofs {
		if p.of(r) != "" {
			return true
		}
	}
	return false
}

// authentic says that whoever sent the request has the token. No token, no way in.
func authentic(r *http.Request, body []byte, token string) bool {
	for _, p := range proofs {
		if proof := p.of(r); proof != "" {
			return token != "" && p.holds(proof, token, body)
		}
	}
	return false
}

func header(name string) func(*http.Request) string {
	return func(r *http.Request) string { return r.Header.Get(name) }
}

func parameter(name string) func(*http.Request) string {
	return func(r *http.Request) string { return r.URL.Query().Get(name) }
}

func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

// same compares in a time that tells nothing, not even the length.
func same(proof, token string, _ []byte) bool {
	a, b := sha256.Sum256([]byte(proof)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// signed is HMAC-SHA256 of the body with the token, in hexadecimal.
func signed(prefix string) func(proof, token string, body []byte) bool {
	return func(proof, token string, body []byte) bool {
		digits, ok := strings.CutPrefix(proof, prefix)
		sum, err := hex.DecodeString(digits)
		mac := hmac.New(sha256.New, []byte(token))
		mac.Write(body)
		return ok && err == nil && hmac.Equal(sum, mac.Sum(nil))
	}
}
