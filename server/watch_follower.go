package server

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// follower is one reader of one build: what it was told so far.
type follower struct {
	*Builds
	team, build string
	send        func(*weirv1.WatchResponse) error
	sendFailed  bool

	shown *weirv1.Build           // last sent
	steps map[string]*weirv1.Step // last sent, by path
	tails map[string]*tail        // by run
	seen  map[attempt]int64       // lines that need not be sent
}

func newFollower(b *Builds, team, build string, seen []*weirv1.SeenLines, send func(*weirv1.WatchResponse) error) *follower {
	f := &follower{
		Builds: b, team: team, build: build, send: send,
		steps: map[string]*weirv1.Step{}, tails: map[string]*tail{}, seen: map[attempt]int64{},
	}
	for _, s := range seen {
		f.seen[attempt{s.StepPath, s.Attempt}] = s.Number
	}
	return f
}

// round shows what is new, and says whether that was the end. The build is read
// before its steps, those before its runs, and the log last: so when the build
// has ended, all that is read after it is complete.
//
// What happened is told in the order in which it did: the end of a step after
// the log of it, its beginning before.
func (f *follower) round(ctx context.Context) (done bool, err error) {
	view, err := f.store.BuildView(ctx, f.team, f.build)
	if err != nil {
		return false, err
	}
	stepViews, err := f.store.StepViews(ctx, f.build)
	if err != nil {
		return false, err
	}
	runs, err := f.store.BuildRuns(ctx, f.build)
	if err != nil {
		return false, err
	}
	steps, err := f.stepMessages(ctx, f.build, stepViews, runs)
	if err != nil {
		return false, err
	}
	ended := state.BuildStatus(view.Status).Terminal()
	if !ended {
		if err := f.showBuild(ctx, view); err != nil {
			return false, err
		}
	}
	if err := f.showLog(ctx, runs, f.changed(steps)); err != nil {
		return false, err
	}
	if ended {
		err = f.showBuild(ctx, view)
	}
	return ended && err == nil, err
}

// showBuild tells of the build where that has changed.
func (f *follower) showBuild(ctx context.Context, view postgres.BuildView) error {
	builds, err := f.complete(ctx, []postgres.BuildView{view})
	if err != nil {
		return err
	}
	if proto.Equal(f.shown, builds[0]) {
		return nil
	}
	f.shown = builds[0]
	return f.emit(&weirv1.WatchResponse{Event: &weirv1.WatchResponse_Build{Build: builds[0]}})
}

// changed are the steps whose state was not told yet, in the order in which they
// came into it.
func (f *follower) changed(steps []*weirv1.Step) []*weirv1.Step {
	var out []*weirv1.Step
	for _, s := range steps {
		if !proto.Equal(f.steps[s.Path], s) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b *weirv1.Step) int { return since(a).Compare(since(b)) })
	return out
}

// since is when a step began or, if it has, ended; long ago where it did neither.
func since(s *weirv1.Step) time.Time {
	if stepEnded(s) {
		return s.EndedAt.AsTime()
	}
	return s.StartedAt.AsTime()
}

func stepEnded(s *weirv1.Step) bool { return state.StepStatus(s.Status).Terminal() }

func (f *follower) showStep(s *weirv1.Step) error {
	if proto.Equal(f.steps[s.Path], s) {
		return nil
	}
	f.steps[s.Path] = s
	return f.emit(&weirv1.WatchResponse{Event: &weirv1.WatchResponse_Step{Step: s}})
}

func (f *follower) emit(e *weirv1.WatchResponse) error {
	err := f.send(e)
	f.sendFailed = f.sendFailed || err != nil
	return err
}
