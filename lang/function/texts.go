package function

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func texts() []row {
	const s = "text: the text"
	return []row{
		{"chomp", stdlib.ChompFunc, "The text without the line ends that it ends in.", []string{s}, `chomp("hello\n\n")`, `"hello"`},
		{"endswith", holds(strings.HasSuffix), "Whether a text ends in another.", []string{s, "suffix: what it may end in"}, `endswith("main.go", ".go")`, `true`},
		{"format", stdlib.FormatFunc, "Puts values into a text, by verbs such as %s, %d, %q, %05.1f and, for anything at all, %v; %% is a percent sign.",
			[]string{"format: the text with the verbs", "values: one for each verb"}, `format("%s-%03d", "build", 7)`, `"build-007"`},
		{"formatlist", stdlib.FormatListFunc, "Does as format does for each element of the lists among its arguments, which all have one length.",
			[]string{"format: the text with the verbs", "values: a list or a single value for each verb"}, `formatlist("%s.go", ["a", "b"])`, `["a.go", "b.go"]`},
		{"indent", stdlib.IndentFunc, "The text with blanks at the beginning of each line but the first.", []string{"blanks: how many", s}, `indent(2, "a:\nb")`, `"a:\n  b"`},
		{"join", stdlib.JoinFunc, "The texts of lists, one after the other, with a separator between them.", []string{"separator: what stands between", "lists: one or more lists of strings"},
			`join(", ", ["a", "b"])`, `"a, b"`},
		{"lower", stdlib.LowerFunc, "The text in lower case.", []string{s}, `lower("Häuser")`, `"häuser"`},
		{"regex", stdlib.RegexFunc, "What a regular expression (RE2) finds first: the text or, where the pattern has groups, a list of what they found; with named groups an object. It is an error if nothing is found; see can and try.",
			[]string{"pattern: the regular expression", s}, `regex("v([0-9]+)\\.([0-9]+)", "v1.26")`, `["1", "26"]`},
		{"regexall", stdlib.RegexAllFunc, "All that a regular expression finds, each as regex gives it.", []string{"pattern: the regular expression", s},
			`regexall("[a-z]+", "ab 12 cd")`, `["ab", "cd"]`},
		{"replace", replaceFunc, "Puts another text in the place of each occurrence of a part. A part between slashes is a regular expression, and $1 or ${name} in the replacement are what its groups found.",
			[]string{s, "part: what is replaced", "replacement: what comes in its place"}, `replace("v1.2", "/[0-9]+/", "x")`, `"vx.x"`},
		{"split", stdlib.SplitFunc, "The parts of a text between separators.", []string{"separator: what stands between", s}, `split("/", "a/b")`, `["a", "b"]`},
		{"startswith", holds(strings.HasPrefix), "Whether a text begins with another.", []string{s, "prefix: what it may begin with"}, `startswith("v1.2", "v")`, `true`},
		{"strcontains", holds(strings.Contains), "Whether a text has another in it.", []string{s, "part: what it may have in it"}, `strcontains("release-1", "-")`, `true`},
		{"strlen", stdlib.StrlenFunc, "The number of characters of a text.", []string{s}, `strlen("häuser")`, `6`},
		{"strrev", stdlib.ReverseFunc, "The characters of a text in reverse order.", []string{s}, `strrev("abc")`, `"cba"`},
		{"substr", stdlib.SubstrFunc, "A part of a text, counted in characters.", []string{s, "offset: where it begins; negative: counted from the end", "length: how long it is; -1: up to the end"},
			`substr("abcdef", 1, 3)`, `"bcd"`},
		{"title", stdlib.TitleFunc, "The text with the first letter of each word in upper case.", []string{s}, `title("to the end")`, `"To The End"`},
		{"trim", stdlib.TrimFunc, "The text without certain characters at both ends.", []string{s, "characters: those to take off"}, `trim("--x-", "-")`, `"x"`},
		{"trimprefix", stdlib.TrimPrefixFunc, "The text without a beginning, if it has it.", []string{s, "prefix: the beginning"}, `trimprefix("v1.2", "v")`, `"1.2"`},
		{"trimspace", stdlib.TrimSpaceFunc, "The text without blanks and line ends at both ends.", []string{s}, `trimspace("  x\n")`, `"x"`},
		{"trimsuffix", stdlib.TrimSuffixFunc, "The text without an ending, if it has it.", []string{s, "suffix: the ending"}, `trimsuffix("app.git", ".git")`, `"app"`},
		{"upper", stdlib.UpperFunc, "The text in upper case.", []string{s}, `upper("abc")`, `"ABC"`},
	}
}

// replaceFunc replaces a plain substring or, written between slashes, every
// match of a regular expression.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "str", Type: cty.String}, {Name: "substr", Type: cty.String}, {Name: "replace", Type: cty.String},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if pattern, ok := slashed(args[1].AsString()); ok {
			return stdlib.RegexReplace(args[0], cty.StringVal(pattern), args[2])
		}
		return stdlib.Replace(args[0], args[1], args[2])
	},
})

// slashed is the regular expression between slashes, if there are such.
func slashed(s string) (string, bool) {
	if n := len(s); n > 1 && s[0] == '/' && s[n-1] == '/' {
		return s[1 : n-1], true
	}
	return "", false
}
