package vars

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// The names of files of values.
const (
	Suffix  = ".weirvars"
	Default = "weir" + Suffix
	Auto    = ".auto" + Suffix
	JSON    = ".json"
)

// automatic are the files of a directory that are read without being named.
func (a *attaching) automatic(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // who reads the pipeline says so
	}
	var first, rest []string
	for _, e := range entries { // by name
		path := filepath.Join(dir, e.Name())
		switch plain := strings.TrimSuffix(e.Name(), JSON); {
		case plain == Default:
			first = append(first, path)
		case strings.HasSuffix(plain, Auto):
			rest = append(rest, path)
		}
	}
	return append(first, rest...)
}

// file reads the values of a file.
func (a *attaching) file(path string) []given {
	text, ok := a.read(path)
	if !ok {
		return nil
	}
	attributes, diags := attributes(path, text)
	a.list.Append(expr.Problems(diags, diag.Syntax)...)
	var all []given
	shown := slices.Clone(text)
	for _, at := range attributes {
		value, diags := valueOf(at)
		a.list.Append(expr.Problems(diags, diag.BadExpression)...)
		all = append(all, given{name: at.Name, from: filepath.Base(path), where: valueFile, value: value, at: expr.RangeOf(at.NameRange)})
		if secret(a.declared[at.Name]) {
			cover(shown, at.Expr.Range())
		}
	}
	if !diags.HasErrors() || !a.secrets() { // what could not be read cannot be covered
		a.src.Add(path, shown)
	}
	return all
}

func (a *attaching) read(path string) ([]byte, bool) {
	at := diag.Range{File: path}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.list.Errorf(diag.Unreadable, at, "No such file", "There is no file of values %s.", path)
		return nil, false
	case err == nil && !info.Mode().IsRegular():
		a.list.Errorf(diag.Unreadable, at, "Cannot read the file", "A file of values is a regular file.")
		return nil, false
	case err == nil && info.Size() > expr.MaxFile:
		a.list.Errorf(diag.TooLarge, at, "File too large", "The file has %d bytes; a file of values may have up to %d.", info.Size(), expr.MaxFile)
		return nil, false
	}
	text, err := os.ReadFile(path)
	if err != nil {
		a.list.Errorf(diag.Unreadable, at, "Cannot read the file", "%s.", err)
		return nil, false
	}
	if l := expr.Guard(path, text); l.HasErrors() {
		a.list.Append(l...)
		return nil, false
	}
	return text, true
}

// attributes are what a file holds, as they stand.
func attributes(path string, text []byte) ([]*hcl.Attribute, hcl.Diagnostics) {
	var f *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(path, JSON) {
		f, diags = json.Parse(text, path)
	} else {
		f, diags = hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	}
	if f == nil || f.Body == nil {
		return nil, diags
	}
	found, more := f.Body.JustAttributes()
	for _, d := range more { // the same in both notations, and what is the matter with it
		if strings.HasPrefix(d.Summary, "Unexpected") && strings.HasSuffix(d.Summary, "block") {
			d.Detail = "A file of values holds only values: NAME = VALUE. Blocks are for the files of the pipeline."
		}
	}
	all := make([]*hcl.Attribute, 0, len(found))
	for _, at := range found {
		all = append(all, at)
	}
	slices.SortFunc(all, func(x, y *hcl.Attribute) int { return x.NameRange.Start.Byte - y.NameRange.Start.Byte })
	return all, append(diags, more...)
}

// valueOf is the value of an attribute, still an expression where it is HCL.
func valueOf(at *hcl.Attribute) (config.Expr, hcl.Diagnostics) {
	if node, ok := at.Expr.(hclsyntax.Expression); ok {
		return expr.Of(node), nil
	}
	v, diags := at.Expr.Value(nil) // JSON: texts are texts, nothing in them is evaluated
	if diags.HasErrors() || v == cty.NilVal {
		return nil, diags
	}
	return literal(v, at.Expr.Range()), nil
}

// secrets says whether any variable may be sensitive.
func (a *attaching) secrets() bool {
	return slices.ContainsFunc(a.names, func(n string) bool { return secret(a.declared[n]) })
}

// cover makes a part of a text unreadable; lines and columns stay.
func cover(text []byte, r hcl.Range) {
	for i := max(r.Start.Byte, 0); i < min(r.End.Byte, len(text)); i++ {
		if text[i] != '\n' && text[i] != '\r' {
			text[i] = '*'
		}
	}
}
