package server

import (
	"context"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// describe gives the team's builds with these ids, by id, complete.
func (b *Builds) describe(ctx context.Context, team string, ids ...string) (map[string]*weirv1.Build, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	views, err := b.store.BuildViews(ctx, team, ids...)
	if err != nil {
		return nil, err
	}
	builds, err := b.complete(ctx, views)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*weirv1.Build, len(builds))
	for _, build := range builds {
		out[build.Id] = build
	}
	return out, nil
}

// complete adds to builds their inputs and outputs, and what they wait for.
func (b *Builds) complete(ctx context.Context, views []postgres.BuildView) ([]*weirv1.Build, error) {
	var ids, open []string
	for _, v := range views {
		ids = append(ids, v.ID)
		if !state.BuildStatus(v.Status).Terminal() {
			open = append(open, "build/"+v.ID)
		}
	}
	versions, err := b.store.BuildVersions(ctx, ids...)
	if err != nil {
		return nil, err
	}
	waiting, err := b.store.Conditions(ctx, open...)
	if err != nil {
		return nil, err
	}
	checks, err := b.store.BuildChecks(ctx, ids...)
	if err != nil {
		return nil, err
	}
	out, byID := make([]*weirv1.Build, len(views)), map[string]*weirv1.Build{}
	for i, v := range views {
		out[i] = buildMessage(v)
		out[i].Waiting = condition(waiting, "build/"+v.ID)
		byID[v.ID] = out[i]
	}
	for _, v := range versions {
		addVersion(byID[v.BuildID], v)
	}
	for _, c := range checks {
		to := byID[c.BuildID]
		to.Checks = append(to.Checks, &weirv1.InputCheck{Resource: c.Resource, AskedAt: stamp(&c.AskedAt), EndedAt: stamp(c.EndedAt), Error: c.Error})
	}
	return out, nil
}

func addVersion(to *weirv1.Build, v postgres.BuildVersion) {
	m := &weirv1.BuildVersion{Name: v.Name, Resource: v.Resource, Version: versionMap(v.Version)}
	if v.Output {
		to.Outputs = append(to.Outputs, m)
		return
	}
	to.Inputs = append(to.Inputs, m)
}

// steps gives a build's steps in source order, with what they wait for: a step's
// own condition, or that of the run that it waits for.
func (b *Builds) steps(ctx context.Context, build string) ([]*weirv1.Step, error) {
	views, err := b.store.StepViews(ctx, build)
	if err != nil {
		return nil, err
	}
	runs, err := b.store.BuildRuns(ctx, build)
	if err != nil {
		return nil, err
	}
	return b.stepMessages(ctx, build, views, runs)
}

func (b *Builds) stepMessages(ctx context.Context, build string, views []postgres.StepView, runs []postgres.RunView) ([]*weirv1.Step, error) {
	var subjects []string
	runOf := map[string]string{} // the subject of a step's open run, by path
	for _, r := range runs {
		if r.Status == string(state.RunUnplaced) {
			runOf[r.StepPath] = "run/" + r.ID
			subjects = append(subjects, runOf[r.StepPath])
		}
	}
	for _, v := range views {
		if !state.StepStatus(v.Status).Terminal() {
			subjects = append(subjects, stepSubject(build, v.Path))
		}
	}
	waiting, err := b.store.Conditions(ctx, subjects...)
	if err != nil {
		return nil, err
	}
	out := make([]*weirv1.Step, len(views))
	for i, v := range views {
		out[i] = stepMessage(v)
		if out[i].Waiting = condition(waiting, stepSubject(build, v.Path)); out[i].Waiting == nil {
			out[i].Waiting = condition(waiting, runOf[v.Path])
		}
	}
	return out, nil
}

func stepSubject(build, path string) string { return "step/" + build + "/" + path }
