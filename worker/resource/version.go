package resource

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Version names one state of a resource. What the keys mean is the type's own.
type Version map[string]string

// Canonical is the JSON that equal versions share: keys sorted, nothing between
// the items, no escapes that JSON does not ask for.
func (v Version) Canonical() []byte {
	if v == nil {
		v = Version{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]string(v)); err != nil {
		panic("resource: " + err.Error()) // strings always have a JSON form
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Digest is the SHA-256 of the canonical JSON, "sha256:" and 64 digits.
func (v Version) Digest() string {
	sum := sha256.Sum256(v.Canonical())
	return "sha256:" + hex.EncodeToString(sum[:])
}
