package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ContainerView is a run of a build, and what is left of it.
type ContainerView struct {
	Run, Path, Step, Kind string
	Attempt               int
	Status                state.RunStatus
	ExitCode              *int32
	Infra, Ran            bool
	Message               string
	Worker                string
	WorkerStatus          state.WorkerStatus
	Container             string // its row's status; "": there is none
}

// ContainersOfBuild are all runs of a build, and the number of the first build of its
// job after it that has ended; 0: none. The caller knows that the build is the team's.
func (s *Store) ContainersOfBuild(ctx context.Context, id string) (all []ContainerView, newer int64, err error) {
	rows, err := s.q.ContainersOfBuild(ctx, id)
	if err != nil {
		return nil, 0, wrap(err, "containers of build "+id)
	}
	for _, r := range rows {
		all = append(all, ContainerView{
			Run: r.ID, Path: r.StepPath, Step: r.Name, Kind: r.Kind, Attempt: int(r.Attempt), Status: state.RunStatus(r.Status), ExitCode: r.ExitCode,
			Infra: r.Infra, Ran: r.Ran, Message: r.Message, Worker: r.Worker, WorkerStatus: state.WorkerStatus(r.WorkerStatus), Container: r.Container,
		})
	}
	newer, err = s.q.NewerBuild(ctx, id)
	return all, newer, wrap(err, "builds after "+id)
}

// Entry is a container that somebody is about to enter.
type Entry struct {
	Run, Worker, WorkerID string
	Task                  []byte // weir.v1.Task, without secrets
}

// EnterContainer holds a run's container for a time, says in the audit who enters it
// and with what program, and gives what it takes. state.ErrNotFound: it is gone, or
// never was the team's.
func (s *Store) EnterContainer(ctx context.Context, team, run, actor, program string, hold time.Duration) (Entry, error) {
	var e Entry
	err := s.tx(ctx, func(q *db.Queries) error {
		row, err := q.ContainerToEnter(ctx, run, team)
		if err != nil {
			return err
		}
		if _, err := q.HoldContainer(ctx, hold.Seconds(), run); err != nil {
			return err
		}
		e = Entry{Run: row.ID, Worker: row.Worker, WorkerID: row.WorkerID, Task: row.Task}
		return appendEvent(ctx, q, row.TeamID, state.Event{
			Actor: actor, Action: "build.intercept", Subject: fmt.Sprintf("%s/%s/%d", row.Pipeline, graph.Address(row.Address).Name(), row.Number),
			Details: map[string]any{"step": row.StepPath, "attempt": row.Attempt, "run": row.ID, "worker": row.Worker, "program": program},
		})
	})
	return e, wrap(err, "enter the container of run "+run)
}

// HoldContainer holds it for longer; false: it is gone.
func (s *Store) HoldContainer(ctx context.Context, run string, hold time.Duration) (bool, error) {
	n, err := s.q.HoldContainer(ctx, hold.Seconds(), run)
	return n > 0, wrap(err, "hold the container of run "+run)
}

// Attach asks a worker to open a stream for a session, at a server's URL ("": its
// own). It is a hint, and kept nowhere: who waits for the worker gives up in time.
type Attach struct{ WorkerID, Session, Server string }

// SendAttach tells the server that the worker listens to.
func (s *Store) SendAttach(a Attach) {
	s.hints.tell(hint{ChannelAttach, strings.Join([]string{a.WorkerID, a.Session, a.Server}, " ")})
}

// ParseAttach reads a payload of ChannelAttach; false where it is none.
func ParseAttach(payload string) (Attach, bool) {
	parts := strings.SplitN(payload, " ", 3)
	if len(parts) != 3 {
		return Attach{}, false
	}
	return Attach{parts[0], parts[1], parts[2]}, true
}
