package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/function"
)

func (a *App) functionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "functions [NAME…]",
		Short: "Print what the functions of the language do, each with an example",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return function.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			chosen, err := chooseFunctions(args)
			if err != nil {
				return err
			}
			if a.global.json {
				return view.WriteValue(a.Out, functionsJSON(chosen))
			}
			text := function.Reference()
			if len(args) > 0 {
				parts := make([]string, len(chosen))
				for i, e := range chosen {
					parts[i] = e.Markdown()
				}
				text = strings.Join(parts, "\n")
			}
			_, err = fmt.Fprint(a.Out, text)
			return err
		},
	}
}

func chooseFunctions(names []string) ([]function.Entry, error) {
	if len(names) == 0 {
		return function.All(), nil
	}
	var out []function.Entry
	for _, n := range names {
		e, ok := function.Lookup(n)
		if !ok {
			p := problemf("there is no function %q.", n)
			if near, ok := diag.Nearest(n, function.Names()); ok {
				p.Hints = append(p.Hints, "Did you mean "+near+"?")
			}
			return nil, p
		}
		if !slices.ContainsFunc(out, func(o function.Entry) bool { return o.Name == n }) {
			out = append(out, e)
		}
	}
	return out, nil
}

type functionJSON struct {
	Name       string      `json:"name"`
	Group      string      `json:"group"`
	Signature  string      `json:"signature"`
	About      string      `json:"description"`
	Parameters []paramJSON `json:"parameters"`
	Example    string      `json:"example"`
	Gives      string      `json:"result"`
	Files      bool        `json:"reads_files"`
}

type paramJSON struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	About    string `json:"description"`
	Variadic bool   `json:"variadic"`
}

func functionsJSON(all []function.Entry) []functionJSON {
	out := make([]functionJSON, len(all))
	for i, e := range all {
		out[i] = functionJSON{e.Name, e.Group, e.Signature(), e.About, []paramJSON{}, e.Example, e.Gives, e.Files}
		for _, p := range e.Params {
			out[i].Parameters = append(out[i].Parameters, paramJSON(p))
		}
	}
	return out
}
