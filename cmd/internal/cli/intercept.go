package cli

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

// wantedContainer is the one that a person asked for.
type wantedContainer struct {
	step    string // name or path; "": the only one
	attempt int32  // 0: the only one
}

func (a *App) interceptCommand() *cobra.Command {
	var want wantedContainer
	cmd := &cobra.Command{
		Use:     "intercept JOB[/N] | BUILD-ID [STEP] [-- COMMAND [ARG…]]",
		Aliases: []string{"hijack"},
		Short:   "Run a shell, or a command, in the container of a step that runs or that failed",
		Long: `Run a shell, or a command, in the container of a step: one that runs, or one that
did not succeed, which is kept until a newer build of its job ends, for an hour at
most (weir server --keep-containers). It has the step's files, environment and user.

The exit code is the command's. Without a terminal standard input and output are
passed on as they are. Nothing of it is kept; that you were there is in the audit.`,
		Example: `  weir intercept unit
  weir intercept unit/42 compile
  weir intercept unit/42 compile -- cat /tmp/build/src/log`,
		ValidArgsFunction: a.completeJobs,
		Args: func(cmd *cobra.Command, args []string) error {
			named := args[:lengthBefore(cmd, args)]
			switch {
			case len(named) == 0:
				return usage(cmd, "an argument is missing")
			case len(named) > 2:
				return usage(cmd, "too many arguments: "+strings.Join(named[2:], " ")+": a command comes after --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			n := lengthBefore(cmd, args)
			if n == 2 {
				want.step = args[1]
			}
			return a.intercept(cmd.Context(), args[0], want, args[n:])
		},
	}
	cmd.Flags().StringVar(&want.step, "step", "", "the step, by name or path")
	cmd.Flags().Int32Var(&want.attempt, "attempt", 0, "which attempt at it, from 1")
	return cmd
}

// lengthBefore is how many arguments come before --.
func lengthBefore(cmd *cobra.Command, args []string) int {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		return n
	}
	return len(args)
}

func (a *App) intercept(ctx context.Context, build string, want wantedContainer, argv []string) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	r, err := a.findBuild(ctx, c, build)
	if err != nil {
		return err
	}
	res, err := c.builds.ListContainers(ctx, connect.NewRequest(&weirv1.ListContainersRequest{Id: r.id, Pipeline: r.pipeline, Job: r.job, Number: r.number}))
	if err != nil {
		return err
	}
	one, err := a.choose(res.Msg, want)
	if err != nil {
		return err
	}
	if a.stdinIsTerminal() {
		fmt.Fprintf(a.Err, "In %s of %s/%s on worker %s.\n", nameOf(one), res.Msg.Build.GetPipeline(), view.BuildName(res.Msg.Build), one.Worker)
	}
	return a.session(ctx, c, &weirv1.InterceptStart{RunId: one.RunId, Argv: argv})
}

// choose finds the one container that is meant, or says what there is.
func (a *App) choose(all *weirv1.ListContainersResponse, want wantedContainer) (*weirv1.Container, error) {
	var meant, there []*weirv1.Container
	for _, c := range all.Containers {
		if want.step != "" && c.Step != want.step && c.Path != want.step || want.attempt != 0 && c.Attempt != want.attempt {
			continue
		}
		meant = append(meant, c)
		if c.Gone == "" {
			there = append(there, c)
		}
	}
	build := all.Build.GetPipeline() + "/" + view.BuildName(all.Build)
	switch {
	case len(there) == 1:
		return there[0], nil
	case len(all.Containers) == 0:
		return nil, problemf("%s has no containers: %s.", build, noRuns(all.Build))
	case len(meant) == 0:
		return nil, a.table(all.Containers, problemf("%s has had no container of %s.", build, want))
	case len(meant) == 1:
		return nil, problemf("the container of %s of %s is not there: %s.", nameOf(meant[0]), build, meant[0].Gone)
	case len(there) == 0:
		return nil, a.table(meant, problemf("no container of %s is there any more.", build))
	}
	return nil, a.table(there, problem(fmt.Sprintf("%s has several containers.", build), "Say which: by the step's name or path, and --attempt."))
}

func (w wantedContainer) String() string {
	switch {
	case w.step == "":
		return fmt.Sprintf("attempt %d at a step", w.attempt)
	case w.attempt == 0:
		return fmt.Sprintf("step %q", w.step)
	}
	return fmt.Sprintf("attempt %d at step %q", w.attempt, w.step)
}

// table shows containers before a problem with them.
func (a *App) table(containers []*weirv1.Container, p *Problem) error {
	if err := view.Containers(containers).Write(a.Err, a.errTerminal()); err != nil {
		return err
	}
	return p
}

func nameOf(c *weirv1.Container) string {
	name := firstOf(c.Step, c.Path)
	if c.Attempt > 1 {
		return fmt.Sprintf("%s (attempt %d)", name, c.Attempt)
	}
	return name
}

// noRuns is why nothing of a build has run on a worker.
func noRuns(b *weirv1.Build) string {
	switch {
	case b.GetReapedAt() != nil:
		return "its steps and logs were deleted, as nothing keeps them"
	case b.GetStatus() == "pending":
		return "it has not started; weir explain says why"
	}
	return "none of its steps has run on a worker"
}
