package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/target"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
)

type devOptions struct {
	dir, listen, runtime, containerd string
	capacity                         int
	secrets                          secretFlags
	notify                           notifyFlags
}

func (a *App) devCommand() *cobra.Command {
	var o devOptions
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run everything on this machine: database, server and a worker",
		Long: `Run everything on this machine, for this machine: an embedded PostgreSQL, the server
on loopback, and one worker, in one process tree. The other commands find it by
themselves. Nothing stays behind when it ends but its directory.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.dev(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", firstOf(a.Getenv("WEIR_DEV_DIR"), target.DevDir), "where it keeps its data (WEIR_DEV_DIR)")
	f.StringVar(&o.listen, "listen", a.listenDefault(), "address to serve at; port 0 takes a free one (WEIR_LISTEN)")
	f.StringVar(&o.runtime, "runtime", a.runtimeDefault(), "containerd, process (no isolation), or auto (WEIR_RUNTIME)")
	f.StringVar(&o.containerd, "containerd-address", "", "socket of a containerd that is there; without one it starts its own")
	f.IntVar(&o.capacity, "capacity", 0, "runs at once, at most; 0: by the machine's size")
	o.secrets.add(f)
	o.notify.mail(f)
	return cmd
}

func (a *App) listenDefault() string { return firstOf(a.Getenv("WEIR_LISTEN"), "127.0.0.1:8420") }

func (a *App) runtimeDefault() string { return firstOf(a.Getenv("WEIR_RUNTIME"), wire.RuntimeAuto) }

func (a *App) dev(ctx context.Context, o devOptions) error {
	log, err := wire.NewLog(a.Err, a.Getenv("WEIR_LOG"), a.global.noColor || a.Getenv("NO_COLOR") != "")
	if err != nil {
		return err
	}
	access, err := o.secrets.access()
	if err != nil {
		return err
	}
	configDir, _ := target.ConfigDir(a.Getenv) // without one, only the data directory tells
	d, err := wire.StartDev(ctx, wire.DevConfig{
		Dir: o.dir, ConfigDir: configDir, Listen: o.listen, Runtime: o.runtime, Containerd: o.containerd,
		Capacity: o.capacity, Version: version, Secrets: access, Notify: o.notify.config(a, true), Log: log, Progress: func(what string) { log.Debug(what) },
	})
	if err != nil {
		return err
	}
	a.devBanner(d, o)
	err = d.Run(ctx)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

func (a *App) devBanner(d *wire.Dev, o devOptions) {
	term := a.terminal()
	row := func(name, value string) { fmt.Fprintf(a.Out, "  %-9s %s\n", name, value) }
	fmt.Fprintf(a.Out, "%s\n", term.Paint(view.Bold, "weir dev "+version))
	row("server", d.URL)
	row("database", d.Database)
	row("data", o.dir)
	row("runtime", d.Runtime)
	if d.Runtime == wire.RuntimeProcess {
		fmt.Fprintf(a.Out, "  %s\n", term.Paint(view.Yellow, "Tasks run as plain processes of this machine, without isolation, images are ignored"+because(d.Why)+"."))
	}
	fmt.Fprintf(a.Out, "Ready (pid %d). Next, in another shell: weir apply. ^C ends everything.\n", os.Getpid())
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}
