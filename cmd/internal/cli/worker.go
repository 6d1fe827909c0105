package cli

import (
	"context"
	"math"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/compiler"
)

type workerOptions struct {
	wire.WorkerConfig
	keyFile string
	cores   float64
	memory  string
}

// size is what was said of the machine; nothing is what it has.
func (o *workerOptions) size() error {
	if o.MaxTasks < 0 || o.MaxBuilds < 0 {
		return problemf("--max-tasks is %d and --max-builds %d: neither can be less than 0.", o.MaxTasks, o.MaxBuilds)
	}
	o.CPU = int64(math.Round(o.cores * 1000))
	if o.memory == "none" {
		o.Memory = -1
		return nil
	}
	if o.memory == "" {
		return nil
	}
	var ok bool
	if o.Memory, ok = compiler.ParseSize(o.memory); !ok || o.Memory == 0 {
		return problemf("--memory is %q: write 8GiB, 512MiB, or none.", o.memory)
	}
	return nil
}

func (a *App) workerCommand() *cobra.Command {
	var o workerOptions
	cmd := &cobra.Command{
		Use:   "worker --server URL",
		Short: "Run a worker: it dials the server and runs what it is given",
		Long: `Run a worker: it dials the server and runs what it is given. The first start trades
an enrolment key (weir worker-key create) for a key of its own, kept in --dir.

Signals: TERM ends it and leaves what runs running, for the next start; USR1 lands
it (takes no more, ends when its runs have); USR2 retires it (lands, and is forgotten).`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.worker(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.EnrolKey, "enrol-key", a.Getenv("WEIR_ENROL_KEY"), "enrolment key, for the first start (WEIR_ENROL_KEY)")
	f.StringVar(&o.keyFile, "key-file", "", "file with the worker's own key; without one it is kept in --dir")
	f.StringVar(&o.Dir, "dir", "/var/lib/weir", "where it keeps containers, volumes and logs")
	f.StringVar(&o.Name, "name", "", "name, unique among all workers; without one the host's")
	f.StringVar(&o.Runtime, "runtime", a.runtimeDefault(), "containerd, process (no isolation), or auto (WEIR_RUNTIME)")
	f.StringVar(&o.Containerd, "containerd-address", "", "socket of a containerd that is there; without one it starts its own")
	f.IntVar(&o.Capacity, "capacity", 0, "runs at once, at most; 0: by the machine's size")
	f.Float64Var(&o.cores, "cpu", 0, "cores that runs may ask for in all; 0: those of the machine; below 0: they are not counted")
	f.StringVar(&o.memory, "memory", "", "memory that runs may ask for in all, 8GiB; without it the machine's; none: it is not counted")
	f.IntVar(&o.MaxTasks, "max-tasks", 0, "tasks at once, at most; 0: no limit but --capacity")
	f.IntVar(&o.MaxBuilds, "max-builds", 0, "builds at once, at most; 0: no limit but --capacity")
	f.StringSliceVar(&o.Tags, "tags", nil, "only for steps with these tags")
	f.StringVar(&o.CAFile, "ca-cert", "", "PEM file of who vouches for the server's certificate")
	return cmd
}

func (a *App) worker(ctx context.Context, o workerOptions) error {
	log, err := wire.NewLog(a.Err, a.Getenv("WEIR_LOG"), a.global.noColor || a.Getenv("NO_COLOR") != "")
	if err != nil {
		return err
	}
	o.Log, o.Version = log, version
	if err := o.size(); err != nil {
		return err
	}
	if o.Server = firstOf(a.global.server, a.Getenv("WEIR_SERVER")); o.Server == "" {
		return problem("which server?", "Name it with --server or WEIR_SERVER.")
	}
	if o.keyFile != "" {
		b, err := os.ReadFile(o.keyFile)
		if err != nil {
			return problem("the worker's key: " + err.Error())
		}
		o.Key = strings.TrimSpace(string(b))
	}
	w, err := wire.NewWorker(ctx, o.WorkerConfig)
	if err != nil {
		return err
	}
	if w.Why != "" {
		log.Warn("tasks run without isolation, as plain processes: " + w.Why)
	}
	defer w.Signals()()
	err = w.Run(ctx)
	if closed := w.Close(context.WithoutCancel(ctx)); err == nil {
		err = closed
	}
	return err
}
