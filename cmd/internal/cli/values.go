package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/vars"
)

// source is how a pipeline is read: with which values for its variables.
type source struct {
	vars []config.Assignment // of --var and --var-file, in the order in which they are given
}

func (s *source) add(cmd *cobra.Command) {
	cmd.Flags().Var(&assignments{s, config.NewAssignment}, "var", "value of a variable: --var name=value (WEIR_VAR_name)")
	cmd.Flags().Var(&assignments{s, valueFile}, "var-file", "file of values of variables, in HCL (*"+vars.Suffix+") or JSON; later values win over earlier ones")
	_ = cmd.MarkFlagFilename("var-file", vars.Suffix[1:], vars.JSON[1:]) // fails only for a flag that is not there
	_ = cmd.RegisterFlagCompletionFunc("var", cobra.NoFileCompletions)
}

// inputs are the values with those of an environment.
func (s *source) inputs(environ []string) config.Inputs {
	in, _ := config.NewInputs(nil, environ) // fails only for arguments
	in.Vars, in.Cache = s.vars, modulesDir(environ)
	return in
}

// assignments is a flag that may be given several times. Two of them share one
// list, as their order among each other counts.
type assignments struct {
	to   *source
	read func(string) (config.Assignment, error)
}

func valueFile(text string) (config.Assignment, error) {
	if text == "" {
		return config.Assignment{}, errors.New("want the name of a file")
	}
	return config.Assignment{File: text}, nil
}

// Set implements pflag.Value.
func (a *assignments) Set(text string) error {
	one, err := a.read(text)
	if err == nil {
		a.to.vars = append(a.to.vars, one)
	}
	return err
}

// String implements pflag.Value: there is no default to show.
func (a *assignments) String() string { return "" }

// Type implements pflag.Value.
func (a *assignments) Type() string { return "string" }
