package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
)

func (a *App) modulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "modules [DIR]",
		Short: "List what is locked: modules and images",
		Args:  atMostOne(),
		RunE:  func(_ *cobra.Command, args []string) error { return a.modules(directory(args)) },
	}
}

func (a *App) modules(dir string) error {
	if err := checkDirectory(dir); err != nil {
		return err
	}
	lock, _, err := a.readLock(dir)
	if err != nil {
		return err
	}
	here := inCache(lock, modulesDir(os.Environ()))
	if a.global.json {
		return view.WriteValue(a.Out, view.LockJSON(lock, here))
	}
	return view.WriteLock(a.Out, a.terminal(), lock, here)
}

// inCache says of each locked package whether it can be used: yes, no, or
// changed.
func inCache(lock *module.Lock, dir string) []string {
	out := make([]string, len(lock.Modules))
	for i, m := range lock.Modules {
		var tampered *cache.TamperedError
		switch err := cache.Open(dir).Check(m.Hash); {
		case err == nil && dir != "":
			out[i] = "yes"
		case errors.As(err, &tampered):
			out[i] = "changed"
		default:
			out[i] = "no"
		}
	}
	return out
}
