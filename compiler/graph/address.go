package graph

import (
	"strings"
)

// Address names a node inside one pipeline: job.unit, resource.git.app,
// job.unit["api"], module.web["x"].job.unit. The text is canonical: equal
// addresses are equal strings.
type Address string

// PipelineAddress is the address of the one Pipeline node of a graph.
const PipelineAddress Address = "pipeline"

// JobAddress is the address of a job in the root module.
func JobAddress(name string) Address { return Address("job." + name) }

// ResourceAddress is the address of a resource in the root module.
func ResourceAddress(typ, name string) Address { return Address("resource." + typ + "." + name) }

// ResourceTypeAddress is the address of a resource type in the root module.
func ResourceTypeAddress(name string) Address { return Address("resource_type." + name) }

// SecretSourceAddress is the address of a secret source in the root module.
func SecretSourceAddress(typ, name string) Address {
	return Address("secret_source." + typ + "." + name)
}

// GroupAddress is the address of a group in the root module.
func GroupAddress(name string) Address { return Address("group." + name) }

// ModuleAddress is the address of an instance of a module called by the root
// module. suffix is Key(…), "[0]", or "" for a module that is not repeated.
func ModuleAddress(name, suffix string) Address { return Address("module." + name + suffix) }

// Key is what the address of an instance ends in: ["api"].
func Key(key string) string { return "[" + quote(key) + "]" }

// Instance is the address of one instance of a repeated block, by its key.
func (a Address) Instance(key string) Address { return a + Address(Key(key)) }

// Block is the address of the block that an instance comes from: job.unit for
// job.unit["api"]. Keys of modules around it stay.
func (a Address) Block() Address {
	local := string(a.Local())
	if i := strings.IndexByte(local, '['); i >= 0 {
		return a[:len(a)-len(local)+i]
	}
	return a
}

// In is the address inside a module, whose own address is given.
func (a Address) In(module Address) Address {
	if module == "" {
		return a
	}
	return module + "." + a
}

// Module is the address of the module that holds the node, "" for the root.
func (a Address) Module() Address {
	if i := a.localStart(); i > 0 {
		return a[:i-1]
	}
	return ""
}

// Local is the address without its module: job.unit["api"].
func (a Address) Local() Address { return a[a.localStart():] }

// Kind is the first word of the local address.
func (a Address) Kind() Kind {
	word, _, _ := strings.Cut(string(a.Local()), ".")
	return Kind(word)
}

// Name is what people call the node where its kind is clear: unit["api"] for
// job.unit["api"], app for resource.git.app, module.web.unit for
// module.web.job.unit.
func (a Address) Name() string {
	local := string(a.Local())
	_, name, found := strings.Cut(local, ".")
	if !found {
		return local
	}
	if k := a.Kind(); k == KindResource || k == KindSecretSource {
		if _, after, ok := strings.Cut(name, "."); ok {
			name = after
		}
	}
	if m := a.Module(); m != "" {
		return string(m) + "." + name
	}
	return name
}

// localStart is the index of the first byte after the module prefix.
func (a Address) localStart() int {
	i := 0
	for strings.HasPrefix(string(a[i:]), "module.") {
		n := nextDot(string(a), i+len("module."))
		if n < 0 {
			return i
		}
		i = n + 1
	}
	return i
}

// nextDot finds the next dot outside of ["…"], from index i.
func nextDot(s string, i int) int {
	quoted := false
	for ; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '.' && !quoted:
			return i
		}
	}
	return -1
}

var keyEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func quote(key string) string { return `"` + keyEscapes.Replace(key) + `"` }
