package cli

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/target"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) targetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "target",
		Short: "List, set and choose the servers that commands are for",
		Args:  exactly(0),
		RunE:  func(*cobra.Command, []string) error { return a.listTargets() },
	}
	cmd.AddCommand(a.targetSetCommand(), a.targetUseCommand(), a.targetRemoveCommand())
	return cmd
}

func (a *App) listTargets() error {
	f, _, err := a.targets()
	if err != nil {
		return err
	}
	table := view.Table{
		Header: []string{"", "target", "server", "team", "token"},
		Empty:  "no targets yet: `weir target set NAME --server URL --token TOKEN`; a `weir dev` near by needs none",
	}
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(f.Targets)) {
		t, mark, token := f.Targets[name], "", "no"
		if name == f.Current {
			mark = "*"
		}
		if t.Token != "" {
			token = "yes"
		}
		table.Rows = append(table.Rows, []view.Cell{view.Text(mark), view.Text(name), view.Text(t.Server), view.Text(t.Team), view.Text(token)})
		list = append(list, map[string]any{"name": name, "current": name == f.Current, "server": t.Server, "team": t.Team, "has_token": t.Token != ""})
	}
	if a.global.json {
		return view.WriteValue(a.Out, list)
	}
	return table.Write(a.Out, a.terminal())
}

func (a *App) targetSetCommand() *cobra.Command {
	var caCert string
	cmd := &cobra.Command{
		Use:   "set NAME --server URL --token TOKEN",
		Short: "Add or change a target; the first one becomes the current one",
		Args:  exactly(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.setTarget(cmd, args[0], caCert) },
	}
	cmd.Flags().StringVar(&caCert, "ca-cert", "", "PEM file of who vouches for the server's certificate")
	return cmd
}

func (a *App) setTarget(cmd *cobra.Command, name, caCert string) error {
	return a.changeTargets(func(f *target.File) error {
		t, known := f.Targets[name]
		set := func(flag, value string, field *string) {
			if cmd.Flags().Changed(flag) {
				*field = value
			}
		}
		set("server", a.global.server, &t.Server)
		set("token", a.global.token, &t.Token)
		set("team", a.global.team, &t.Team)
		set("ca-cert", caCert, &t.CACert)
		if t.Server == "" {
			return usage(cmd, "--server is missing")
		}
		f.Targets[name] = t
		if f.Current == "" || (!known && len(f.Targets) == 1) {
			f.Current = name
		}
		fmt.Fprintf(a.Out, "Target %s is %s.\n", name, t.Server)
		return nil
	})
}

func (a *App) targetUseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "use NAME",
		Short: "Make a target the current one",
		Args:  exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.changeTargets(func(f *target.File) error {
				if _, ok := f.Targets[args[0]]; !ok {
					return unknown("target", args[0], "target", slices.Collect(maps.Keys(f.Targets)))
				}
				f.Current = args[0]
				fmt.Fprintf(a.Out, "Commands are for target %s now.\n", args[0])
				return nil
			})
		},
	}
}

func (a *App) targetRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Forget a target and its token",
		Args:  exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.changeTargets(func(f *target.File) error {
				if _, ok := f.Targets[args[0]]; !ok {
					return unknown("target", args[0], "target", slices.Collect(maps.Keys(f.Targets)))
				}
				delete(f.Targets, args[0])
				if f.Current == args[0] {
					f.Current = ""
				}
				fmt.Fprintf(a.Out, "Target %s is forgotten.\n", args[0])
				return nil
			})
		},
	}
}

func (a *App) targets() (target.File, string, error) {
	dir, err := target.ConfigDir(a.Getenv)
	if err != nil {
		return target.File{}, "", err
	}
	f, err := target.Read(dir)
	return f, dir, err
}

func (a *App) changeTargets(change func(*target.File) error) error {
	f, dir, err := a.targets()
	if err != nil {
		return err
	}
	if err := change(&f); err != nil {
		return err
	}
	return target.Write(dir, f)
}
