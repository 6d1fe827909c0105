package reconciler

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/reconciler/place"
	"github.com/weirci/weir/state"
)

// placeAgain is the safety net for runs that wait for a worker.
const placeAgain = 2 * time.Second

// place gives runs to workers.
func (r *Reconciler) place(ctx context.Context, c state.Claim) (time.Time, error) {
	snap, err := r.store.LoadPlaces(ctx, r.placeQuery())
	if err != nil || len(snap.Runs) == 0 {
		return time.Time{}, err
	}
	s, runs := r.placeState(snap), map[string]state.UnplacedRun{}
	for _, run := range snap.Runs {
		runs[run.ID] = run
	}
	commands := place.Decide(s)
	ch, held, err := r.placeChange(ctx, runs, commands)
	if err != nil {
		return time.Time{}, err
	}
	if len(ch.Assign)+len(ch.Cancel)+len(ch.Hold) > 0 {
		err = r.store.CommitPlaces(ctx, c, ch)
	}
	if err == nil {
		r.served(place.Served(s, commands), commands)
	}
	if held > 0 {
		now := snap.Now
		if now.IsZero() { // there is no worker to ask with
			now = r.Now()
		}
		return now.Add(placeAgain), err
	}
	return time.Time{}, err
}

// placeQuery is what the chains of strategies go by.
func (r *Reconciler) placeQuery() state.PlaceQuery {
	return state.PlaceQuery{
		Volumes: r.Placement.Uses("limit-active-volumes"), Open: r.Placement.Uses("spread"), Caches: r.Placement.Uses("cache-locality"),
	}
}

// placeState is everything that there is to decide on about places.
func (r *Reconciler) placeState(snap state.PlaceSnapshot) place.State {
	s := place.State{Homes: snap.Homes, Chains: r.Placement}
	s.Turn, s.Kept = r.lastTurn()
	for _, run := range snap.Runs {
		s.Runs = append(s.Runs, placeRun(run))
	}
	for _, w := range snap.Workers {
		s.Workers = append(s.Workers, placeWorker(w))
	}
	for _, o := range snap.Open {
		s.Open = append(s.Open, place.Open{Worker: o.Worker, Build: o.BuildID, Job: o.JobID, Runs: o.Runs})
	}
	for _, c := range snap.Caches {
		s.Caches = append(s.Caches, place.Caches{Worker: c.Worker, Job: c.JobID, N: c.Caches})
	}
	return s
}

func placeRun(run state.UnplacedRun) place.Run {
	return place.Run{
		ID: run.ID, Team: run.TeamID, Build: run.BuildID, Job: run.JobID, Kind: run.Kind, Tags: run.Tags, Needs: run.Needs, Created: run.Created, KillRequested: run.KillRequested, Priority: run.Priority,
		Platform: run.Asks.Platform, Asks: place.Size{CPU: run.Asks.CPU, Memory: run.Asks.Memory}, Loose: run.Asks.Loose, Interruptible: run.Asks.Interruptible,
	}
}

// placeRunOf is a run of a snapshot, or what is known of it elsewhere.
func placeRunOf(snap state.PlaceSnapshot, r state.RunPlace) place.Run {
	for _, u := range snap.Runs {
		if u.ID == r.ID {
			return placeRun(u)
		}
	}
	return place.Run{ID: r.ID, Team: r.TeamID, Build: r.BuildID, Tags: r.Tags, Needs: r.Needs}
}

// lastTurn is the team that was served last, and which workers are kept for whom.
func (r *Reconciler) lastTurn() (team string, kept map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.turn, r.kept
}

func (r *Reconciler) served(team string, commands []place.Command) {
	kept := map[string]string{}
	for _, c := range commands {
		if k, ok := c.(place.Keep); ok {
			kept[k.Worker] = k.Run
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn, r.kept = team, kept
}

func placeWorker(w state.WorkerRow) place.Worker {
	return place.Worker{
		ID: w.ID, Name: w.Name, Team: w.TeamID, Status: w.Status, Tags: w.Tags, Platform: w.Platform, Capacity: w.Capacity, InFlight: w.InFlight, Refuses: w.Refuses,
		Offers: place.Size{CPU: w.Size.CPU, Memory: w.Size.Memory}, Reserved: place.Size{CPU: w.Load.CPU, Memory: w.Load.Memory},
		Busy: place.Busy{Tasks: w.Load.Tasks, Builds: w.Load.Builds, Volumes: w.Load.Volumes}, MaxTasks: w.Size.MaxTasks, MaxBuilds: w.Size.MaxBuilds,
	}
}

// placeChange is a decision as rows, and how many runs go on waiting.
func (r *Reconciler) placeChange(ctx context.Context, runs map[string]state.UnplacedRun, commands []place.Command) (state.PlaceChange, int, error) {
	var ch state.PlaceChange
	held := 0
	for _, cmd := range commands {
		switch c := cmd.(type) {
		case place.Assign:
			ch.Assign = append(ch.Assign, state.Assignment{Run: c.Run, Worker: c.Worker, BuildID: runs[c.Run].BuildID})
		case place.Cancel:
			ch.Cancel = append(ch.Cancel, c.Run)
			ch.Enqueue = append(ch.Enqueue, ownerOf(runs[c.Run]))
		case place.Hold:
			held++
			if runs[c.Run].HeldFor != c.Reason {
				ch.Hold = append(ch.Hold, state.Condition{Subject: "run/" + c.Run, Reason: c.Reason, Message: c.Message})
			}
		}
	}
	return ch, held, r.addVolumes(ctx, ch.Assign)
}

func ownerOf(run state.UnplacedRun) state.Key {
	if run.BuildID != "" {
		return state.BuildKey(run.BuildID)
	}
	return state.ScopeKey(run.ScopeID)
}

// addVolumes says which volumes runs will make.
func (r *Reconciler) addVolumes(ctx context.Context, as []state.Assignment) error {
	ids := make([]string, len(as))
	for i, a := range as {
		ids[i] = a.Run
	}
	tasks, err := r.store.RunTasks(ctx, ids)
	if err != nil {
		return err
	}
	for i, a := range as {
		var t weirv1.Task
		if err := proto.Unmarshal(tasks[a.Run], &t); err != nil {
			return fmt.Errorf("the task of run %s: %w", a.Run, err)
		}
		for _, m := range t.Mounts {
			switch m.Kind {
			case "output":
				as[i].Outputs = append(as[i].Outputs, m.Volume)
			case "cache":
				as[i].Caches = append(as[i].Caches, m.Volume)
			}
		}
	}
	return nil
}
