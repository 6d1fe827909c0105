package graph

import (
	"slices"
	"strings"
)

// The run-time roots that secrets and loaded values are named by.
const (
	secretRoot = "secret."
	loadRoot   = "load."
)

// SecretRefs are the secrets that deferred values inside of v name, sorted and
// without the root: "main.db.password" for secret.main.db.password.
func SecretRefs(v Value) []string { return refsBelow(v, secretRoot) }

// LoadRefs are the load steps whose values deferred values inside of v name, sorted.
func LoadRefs(v Value) []string {
	refs := refsBelow(v, loadRoot)
	for i, ref := range refs {
		refs[i], _, _ = strings.Cut(ref, ".")
	}
	return slices.Compact(refs)
}

func refsBelow(v Value, root string) []string {
	var out []string
	walkDeferred(v, func(d Deferred) {
		for _, ref := range d.Refs {
			if name, ok := strings.CutPrefix(ref, root); ok {
				out = append(out, name)
			}
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

func walkDeferred(v Value, f func(Deferred)) {
	switch v := v.(type) {
	case Deferred:
		f(v)
	case List:
		for _, x := range v {
			walkDeferred(x, f)
		}
	case Map:
		for _, x := range v {
			walkDeferred(x, f)
		}
	}
}

// EncodeMap gives the canonical bytes of a map of values, deferred ones too. What
// has no canonical form, such as text that is no UTF-8, is an error.
func EncodeMap(m Map) ([]byte, error) {
	e := encoder{mask: maskAll}
	e.data(m)
	return e.dst, e.err
}

// DecodeMap reads what EncodeMap wrote.
func DecodeMap(data []byte) (Map, error) { return decodeStruct[Map](data) }
