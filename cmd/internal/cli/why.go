package cli

import (
	"context"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

// why explains what waits on a server: a job, a resource, or a build with, in the
// second place, one of its steps.
func (a *App) why(ctx context.Context, args []string) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	if r := parseBuild(args[0]); r.id != "" || r.number > 0 || len(args) == 2 {
		return a.whyBuild(ctx, c, args)
	}
	_, name := splitName(args[0])
	switch graph.Address(name).Kind() {
	case graph.KindJob:
		return a.whyJob(ctx, c, args[0])
	case graph.KindResource:
		return a.whyResource(ctx, c, args[0])
	}
	return a.whyNamed(ctx, c, args[0])
}

// whyNamed is about a name alone, which is a job's or, where there is none, a
// resource's.
func (a *App) whyNamed(ctx context.Context, c *clients, arg string) error {
	pipeline, name := splitName(arg)
	jobs, err := c.listJobs(ctx, firstOf(pipeline, a.global.pipeline))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(jobs, func(j *weirv1.Job) bool { return j.Name == name }) {
		return a.whyJob(ctx, c, arg)
	}
	resources, err := c.listResources(ctx, firstOf(pipeline, a.global.pipeline))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(resources, func(r *weirv1.Resource) bool { return slices.Contains(resourceNames(r), name) }) {
		return a.whyResource(ctx, c, arg)
	}
	return a.nothingToExplain(ctx, c, arg, jobs, resources)
}

// nothingToExplain says what somebody may have meant: a pipeline is its jobs, a step
// is one of a build, and what is near is most likely a slip.
func (a *App) nothingToExplain(ctx context.Context, c *clients, arg string, jobs []*weirv1.Job, resources []*weirv1.Resource) error {
	pipelines, err := c.listPipelines(ctx, true)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(pipelines, func(p *weirv1.Pipeline) bool { return p.Name == arg }) {
		return problem(fmt.Sprintf("%q is a pipeline: what waits is one of its jobs, builds or resources.", arg),
			fmt.Sprintf("`weir jobs -p %s` has each job with what it waits for; `weir explain %s/JOB` says why.", arg, arg))
	}
	p := problem(fmt.Sprintf("%q is no job, no resource and no build, nor a code such as W1003.", arg))
	pipeline, name := splitName(arg)
	var known []string
	for _, j := range jobs {
		known = append(known, j.Name)
	}
	for _, r := range resources {
		known = append(known, resourceNames(r)...)
	}
	if near, ok := diag.Nearest(name, known); ok {
		if pipeline != "" {
			near = pipeline + "/" + near
		}
		p.Hints = append(p.Hints, "Did you mean "+near+"?")
	}
	p.Hints = append(p.Hints, "`weir jobs`, `weir resources` and `weir builds` list what there is; JOB/N is a build, and a step is asked for by its build: `weir explain JOB/N STEP`.")
	return p
}

func (a *App) whyJob(ctx context.Context, c *clients, arg string) error {
	job, err := a.findJob(ctx, c, arg)
	if err != nil {
		return err
	}
	res, err := c.why.ExplainJob(ctx, connect.NewRequest(&weirv1.ExplainJobRequest{Pipeline: job.Pipeline, Job: job.Name}))
	if err != nil {
		return err
	}
	return a.printWhys(res.Msg, res.Msg.Whys)
}

func (a *App) whyResource(ctx context.Context, c *clients, arg string) error {
	r, err := a.findResource(ctx, c, arg)
	if err != nil {
		return err
	}
	res, err := c.why.ExplainResource(ctx, connect.NewRequest(&weirv1.ExplainResourceRequest{Pipeline: r.Pipeline, Resource: r.Address}))
	if err != nil {
		return err
	}
	return a.printWhys(res.Msg, res.Msg.Whys)
}

func (a *App) whyBuild(ctx context.Context, c *clients, args []string) error {
	r, err := a.findBuild(ctx, c, args[0])
	if err != nil {
		return err
	}
	req := &weirv1.ExplainBuildRequest{Id: r.id, Pipeline: r.pipeline, Job: r.job, Number: r.number}
	if len(args) == 2 {
		req.Step = args[1]
	}
	res, err := c.why.ExplainBuild(ctx, connect.NewRequest(req))
	if err != nil {
		return err
	}
	if err := a.printWhys(res.Msg, res.Msg.Whys); err != nil || a.global.json {
		return err
	}
	if len(res.Msg.Steps) == 0 {
		return nil
	}
	if len(res.Msg.Whys) > 0 {
		fmt.Fprintln(a.Out)
	}
	if err := view.Steps(a.Now(), res.Msg.Steps).Write(a.Out, a.terminal()); err != nil || len(res.Msg.Attempts) == 0 {
		return err
	}
	fmt.Fprintln(a.Out)
	return a.printTimes(res.Msg.Attempts)
}

func (a *App) printWhys(m proto.Message, whys []*weirv1.Why) error {
	if a.global.json {
		return view.WriteMessage(a.Out, m)
	}
	return view.Whys(a.Out, a.terminal(), a.Now(), whys)
}
