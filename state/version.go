package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// VersionJSON is a version's canonical JSON: keys sorted, no spaces.
func VersionJSON(v map[string]string) []byte {
	if v == nil {
		v = map[string]string{}
	}
	b, err := json.Marshal(v) // sorts the keys
	if err != nil {
		panic(err) // strings always marshal
	}
	return b
}

// VersionDigest identifies a version in its scope: versions.digest.
func VersionDigest(v map[string]string) string {
	sum := sha256.Sum256(VersionJSON(v))
	return "sha256:" + hex.EncodeToString(sum[:])
}
