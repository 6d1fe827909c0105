package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Digest is a SHA-256 in text form, "sha256:" and 64 hexadecimal digits; "" is
// no digest.
type Digest string

const digestPrefix = "sha256:"

// sum is the digest of data in a domain, so that bytes of one meaning never
// have the digest of another.
func sum(domain string, data []byte) Digest {
	h := sha256.New()
	h.Write([]byte("weir/" + domain + "/v1\x00"))
	h.Write(data)
	return Digest(digestPrefix + hex.EncodeToString(h.Sum(nil)))
}

// ParseDigest checks the text form.
func ParseDigest(s string) (Digest, error) {
	hexa, ok := strings.CutPrefix(s, digestPrefix)
	if !ok || len(hexa) != 2*sha256.Size || strings.ToLower(hexa) != hexa {
		return "", fmt.Errorf("%q is no digest: want sha256: and 64 hexadecimal digits", s)
	}
	if _, err := hex.DecodeString(hexa); err != nil {
		return "", fmt.Errorf("%q is no digest: %w", s, err)
	}
	return Digest(s), nil
}

// Short is the digest as people read it: twelve digits.
func (d Digest) Short() string {
	s := strings.TrimPrefix(string(d), digestPrefix)
	return s[:min(12, len(s))]
}

// InputsDigest is the digest of the values of a pipeline's variables, by name.
// It panics on a value that has no canonical form.
func InputsDigest(values Map) Digest { return sum("inputs", mustEncode(values)) }
