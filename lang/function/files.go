package function

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// files are the functions that read files, below the given directories.
func files(d Dirs) []Entry {
	const p = "path: the file, relative to the module's directory"
	rows := []row{
		{"file", readText(d), "The text of a file, which must be UTF-8.", []string{p}, `file("greeting.txt")`, `"hello"`},
		{"filebase64", overFile(d, base64.StdEncoding.EncodeToString), "The bytes of a file as Base64.", []string{p}, `filebase64("greeting.txt")`, `"aGVsbG8="`},
		{"fileexists", existsIn(d), "Whether there is a file. Of a directory it is an error.", []string{p}, `fileexists("nothing.txt")`, `false`},
		{"fileset", setIn(d), "The files of a directory whose paths fit a pattern: * and ? stand for parts of a name, ** for any directories, {a,b} for alternatives. Links are not followed.",
			[]string{"directory: relative to the module's directory", "pattern: relative to the directory"}, `fileset(".", "*.{txt,tmpl}")`, `["greeting.tmpl", "greeting.txt"]`},
		{"templatefile", templateIn(d), "The text of a file as a template, in which ${name} names what the second argument gives.", []string{p, "values: an object of what the template may name"},
			`templatefile("greeting.tmpl", { name = "Weir" })`, `"Hello, Weir!"`},
	}
	for _, h := range digests() {
		rows = append(rows, row{"file" + h.name, overFile(d, h.of), "The hash of a file's bytes by " + h.about + ".", []string{p}, "file" + h.name + `("greeting.txt")`, `"` + h.hello + `"`})
	}
	out := entries("Files", rows)
	for i := range out {
		out[i].Files = true
	}
	return out
}

// overFile makes a function of a file's bytes.
func overFile(d Dirs, f func([]byte) string) function.Function {
	return text([]string{"path"}, func(s []string) (string, error) {
		b, err := d.read(s[0])
		if err != nil {
			return "", err
		}
		return f(b), nil
	})
}

func readText(d Dirs) function.Function {
	return text([]string{"path"}, func(s []string) (string, error) {
		b, err := d.read(s[0])
		if err == nil && !utf8.Valid(b) {
			err = fmt.Errorf("%s is no UTF-8 text; filebase64 reads it", s[0])
		}
		return string(b), err
	})
}

func existsIn(d Dirs) function.Function {
	return overStrings([]string{"path"}, cty.Bool, func(s []string) (cty.Value, error) {
		ok, err := d.exists(s[0])
		return cty.BoolVal(ok), err
	})
}

func setIn(d Dirs) function.Function {
	return overStrings([]string{"directory", "pattern"}, cty.Set(cty.String), func(s []string) (cty.Value, error) {
		names, err := d.match(s[0], s[1])
		if err != nil || len(names) == 0 {
			return cty.SetValEmpty(cty.String), err
		}
		out := make([]cty.Value, len(names))
		for i, n := range names {
			out[i] = cty.StringVal(n)
		}
		return cty.SetVal(out), nil
	})
}

func templateIn(d Dirs) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "values", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			if ty := args[1].Type(); !ty.IsObjectType() && !ty.IsMapType() {
				return cty.NilVal, function.NewArgErrorf(1, "here must be an object: { name = value }")
			}
			b, err := d.read(name)
			if err != nil {
				return cty.NilVal, err
			}
			functions := In(d)
			delete(functions, "templatefile") // templates fill in no templates
			return d.render(strings.TrimPrefix(name, "./"), b, args[1].AsValueMap(), functions)
		},
	})
}
