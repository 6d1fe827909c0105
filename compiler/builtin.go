package compiler

// builtin is a resource type that Weir's own binary implements.
type builtin struct {
	name     string
	required []string // keys that its source must have
}

// builtins are sorted by name. Read only.
var builtins = []builtin{
	{name: "git", required: []string{"uri"}},
	{name: "mock"},
	{name: "time"},
}

func builtinType(name string) (builtin, bool) {
	for _, b := range builtins {
		if b.name == name {
			return b, true
		}
	}
	return builtin{}, false
}

// typeNames are all resource types that there are, for suggestions.
func (s *symbols) typeNames() []string {
	names := sorted(s.types)
	for _, b := range builtins {
		names = append(names, b.name)
	}
	return names
}

// BuiltinTypes are the names of the resource types that Weir itself implements,
// sorted.
func BuiltinTypes() []string {
	names := make([]string, len(builtins))
	for i, b := range builtins {
		names[i] = b.name
	}
	return names
}
