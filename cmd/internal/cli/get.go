package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
	"github.com/weirci/weir/lang/module/fetch"
	"github.com/weirci/weir/lang/module/get"
)

type getOptions struct {
	source
	upgrade, list bool
}

func (a *App) getCommand() *cobra.Command {
	var o getOptions
	cmd := &cobra.Command{
		Use:     "get [DIR]",
		Aliases: []string{"init"},
		Short:   "Fetch the modules of a pipeline, and lock what was chosen",
		Long: `Fetch the modules of a pipeline from git repositories and registries into this
machine's cache, and write into weir.lock.hcl what was chosen. What is locked is
fetched as it was locked; --upgrade chooses the newest anew.

All other commands take modules from the cache only, never from the network.`,
		Args: atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.list {
				return a.modules(directory(args))
			}
			return a.get(cmd.Context(), o, directory(args))
		},
	}
	o.add(cmd)
	cmd.Flags().BoolVar(&o.upgrade, "upgrade", false, "take the newest that is allowed, not what is locked")
	cmd.Flags().BoolVar(&o.list, "list", false, "only list what is locked, like weir modules")
	return cmd
}

func (a *App) get(ctx context.Context, o getOptions, dir string) error {
	if err := checkDirectory(dir); err != nil {
		return err
	}
	lock, text, err := a.readLock(dir)
	if err != nil {
		return err
	}
	in := o.inputs(os.Environ())
	if in.Cache == "" {
		return problem("there is no place for a cache.", "Name one with "+cacheVariable+".")
	}
	getter := get.New(ctx, get.Options{Lock: lock, Cache: cache.Open(in.Cache), From: a.remotes(), Upgrade: o.upgrade, Begin: a.fetching})
	in.Modules = module.NewFinder(getter)
	cfg, sources, list := lang.Load(dir, in)
	_, more := compiler.Compile(cfg)
	list.Append(more...)
	list.Sort()
	if ctx.Err() != nil {
		return context.Canceled
	}
	concerning, rest := list, 0
	if cfg != nil {
		concerning, rest = aboutModules(list)
	}
	if err := a.report(a.Err, fromHere(concerning, sources)); err != nil {
		return err
	}
	if concerning.HasErrors() {
		return exitCode(2)
	}
	next := newLock(lock, getter.Results(), rest > 0)
	if !bytes.Equal(next.Bytes(), text) && (!next.Empty() || text != nil) {
		if err := module.WriteLock(dir, next); err != nil {
			return err
		}
	}
	return a.got(getter.Results(), rest)
}

// readLock reads the lock of a pipeline; what is wrong with it is printed.
func (a *App) readLock(dir string) (*module.Lock, []byte, error) {
	lock, text, list := module.ReadLock(dir)
	var sources diag.Sources
	for _, d := range list {
		sources.Add(d.Range.File, text)
	}
	if err := a.report(a.Err, fromHere(list, &sources)); err != nil {
		return nil, nil, err
	}
	if list.HasErrors() {
		return nil, nil, exitCode(2)
	}
	return lock, text, nil
}

func (a *App) remotes() fetch.Remotes {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/"
	}
	return fetch.Remotes{Getenv: a.Getenv, Home: home}
}

func (a *App) fetching(what string) {
	if !a.global.json {
		fmt.Fprintf(a.Err, "Fetching %s\n", what)
	}
}

// aboutModules are the problems that have to do with getting modules, and how
// many errors there are besides: those are for weir validate.
func aboutModules(all diag.List) (diag.List, int) {
	var about diag.List
	rest := 0
	for _, d := range all {
		switch {
		case d.Code.Module():
			about.Append(d)
		case d.Severity == diag.Error:
			rest++
		}
	}
	return about, rest
}

// newLock is the lock with what was got. What was not asked for goes, unless the
// pipeline has errors, which may be why nobody asked.
func newLock(old *module.Lock, results []get.Result, keep bool) *module.Lock {
	next := &module.Lock{Images: old.Images}
	for _, r := range results {
		next.Modules = append(next.Modules, r.Locked)
	}
	for _, m := range old.Modules {
		if _, there := next.Find(m.Source, m.Constraint); keep && !there {
			next.Modules = append(next.Modules, m)
		}
	}
	return next
}

func (a *App) got(results []get.Result, rest int) error {
	if a.global.json {
		return view.WriteValue(a.Out, view.GotJSON(results))
	}
	if err := view.Got(results).Write(a.Out, a.terminal()); err != nil {
		return err
	}
	if rest > 0 {
		fmt.Fprintf(a.Err, "\nThe pipeline has %s that may hide modules: see `weir validate`.\n", view.Count(rest, "error"))
	}
	return nil
}
