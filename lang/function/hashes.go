package function

import (
	"crypto/md5"  //nolint:gosec // for what others name by it, not for secrecy
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/google/uuid"
)

// digest is a hash with its way of writing it.
type digest struct {
	name  string
	hash  func() hash.Hash
	write func([]byte) string
	about string
	hello string // of "hello"
}

func digests() []digest {
	b64 := base64.StdEncoding.EncodeToString
	return []digest{
		{"md5", md5.New, hex.EncodeToString, "MD5, in hexadecimal", "5d41402abc4b2a76b9719d911017c592"},
		{"sha1", sha1.New, hex.EncodeToString, "SHA-1, in hexadecimal", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"},
		{"sha256", sha256.New, hex.EncodeToString, "SHA-256, in hexadecimal", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
		{"sha512", sha512.New, hex.EncodeToString, "SHA-512, in hexadecimal",
			"9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"},
		{"base64sha256", sha256.New, b64, "SHA-256, in Base64", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="},
		{"base64sha512", sha512.New, b64, "SHA-512, in Base64", "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="},
	}
}

func (d digest) of(b []byte) string {
	h := d.hash()
	h.Write(b)
	return d.write(h.Sum(nil))
}

func hashes() []row {
	out := []row{{"uuidv5", text([]string{"namespace", "name"}, uuid5), "The UUID (version 5) of a name in a namespace: the same for the same arguments.",
		[]string{"namespace: dns, url, oid, x500, or a UUID", "name: the name in it"}, `uuidv5("dns", "example.com")`, `"cfbff0d1-9375-5685-968c-48ce8b15ae17"`}}
	for _, d := range digests() {
		out = append(out, row{d.name, text1(func(s string) string { return d.of([]byte(s)) }), "The hash of a text's bytes by " + d.about + ".",
			[]string{"text: the text"}, d.name + `("hello")`, `"` + d.hello + `"`})
	}
	return out
}

func uuid5(s []string) (string, error) {
	spaces := map[string]uuid.UUID{"dns": uuid.NameSpaceDNS, "url": uuid.NameSpaceURL, "oid": uuid.NameSpaceOID, "x500": uuid.NameSpaceX500}
	space, ok := spaces[s[0]]
	if !ok {
		var err error
		if space, err = uuid.Parse(s[0]); err != nil {
			return "", fmt.Errorf("the namespace must be dns, url, oid, x500 or a UUID, not %q", s[0])
		}
	}
	return uuid.NewSHA1(space, []byte(s[1])).String(), nil
}
