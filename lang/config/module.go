package config

import (
	"github.com/weirci/weir/lang/diag"
)

// ModuleCall is a module block: another directory's Config, made part of this
// one under a name, once or several times.
type ModuleCall struct {
	Name            Name
	Range           diag.Range
	Source, Version Expr
	Repeat          Repeat
	Args            []Argument // for the module's variables, in source order
}

// Argument is a value for one variable of a module.
type Argument struct {
	Name  Name
	Value Expr
}

// Repeat says that a block stands for several; at most one of its two is there.
type Repeat struct {
	ForEach Expr // a set of strings or a map: one instance for each key
	Count   Expr // a number: instances 0, 1, …
}

// Output is a value that a module gives to its caller.
type Output struct {
	Name                          Name
	Range                         diag.Range
	Value, Description, Sensitive Expr
}

// Moved says that what had one address has another now, and keeps its builds,
// versions and pins. Both are references; From names nothing that exists.
type Moved struct {
	Range    diag.Range
	From, To Expr
}

// Removed says that what is gone from the files went on purpose.
type Removed struct {
	Range diag.Range
	From  Expr
}

// Assertions is a check block: conditions on the compiled pipeline.
type Assertions struct {
	Name    Name
	Range   diag.Range
	Asserts []*Validation
}

// Place is where the files of a module are.
type Place struct {
	Dir string // to read them from

	// Path names the place the same way on every machine: "." for the root
	// module, "modules/service" for a directory beside it, and for what comes
	// from elsewhere its source. It is what path.module says.
	Path string
}

// ModuleSource is what a module call says of where its module comes from, once
// the values are known.
type ModuleSource struct {
	Text, Version           string     // Version is a constraint, "" for none
	TextRange, VersionRange diag.Range // where they were written
	From                    Place      // of the module that calls
}

// Modules finds modules. It reads what is on this machine only, never the
// network, and gives the same answer to the same question.
type Modules interface {
	Find(ModuleSource) (Place, diag.List)
}

// Loader reads the module that a call names: the same Config for every call of
// one place. It is used by one goroutine.
type Loader interface {
	Load(ModuleSource) (*Config, diag.List)
}
