package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What the API shows of builds, as it is read.
type (
	// JobView is a live job with the ids of its last and next build ("": none).
	JobView = db.APIJobsRow
	// BuildView is a build.
	BuildView = db.APIBuildsRow
	// BuildVersion is a version that a build took in or put out.
	BuildVersion = db.APIBuildVersionsRow
	// StepView is a step of a build.
	StepView = db.APIStepsRow
)

// ErrManualTrigger is returned for a job whose definition forbids to trigger it
// by hand.
var ErrManualTrigger = errors.New("the job does not allow to be triggered by hand (disable_manual_trigger)")

// JobViews lists the live jobs of a team, of one pipeline unless that is "".
func (s *Store) JobViews(ctx context.Context, team, pipeline string) ([]JobView, error) {
	rows, err := s.q.APIJobs(ctx, team, pipeline)
	return rows, wrap(err, "list jobs")
}

// BuildViews gives those of the builds that are the team's, newest first.
func (s *Store) BuildViews(ctx context.Context, team string, ids ...string) ([]BuildView, error) {
	rows, err := s.q.APIBuilds(ctx, team, ids)
	return rows, wrap(err, "read builds")
}

// BuildView gives one build; state.ErrNotFound where it is not the team's.
func (s *Store) BuildView(ctx context.Context, team, id string) (BuildView, error) {
	rows, err := s.BuildViews(ctx, team, id)
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("build %s: %w", id, state.ErrNotFound)
	}
	if err != nil {
		return BuildView{}, err
	}
	return rows[0], nil
}

// NewestBuilds gives at most so many builds of a team, of one pipeline unless
// that is "", newest first.
func (s *Store) NewestBuilds(ctx context.Context, team, pipeline string, most int) ([]BuildView, error) {
	ids, err := s.q.APINewestBuilds(ctx, int32(most), team, pipeline)
	if err != nil {
		return nil, wrap(err, "list builds")
	}
	return s.BuildViews(ctx, team, ids...)
}

// NewestBuildsOf gives at most so many builds of a job, newest first.
func (s *Store) NewestBuildsOf(ctx context.Context, team, jobID string, most int) ([]BuildView, error) {
	ids, err := s.q.APINewestBuildsOfJob(ctx, team, jobID, int32(most))
	if err != nil {
		return nil, wrap(err, "list builds")
	}
	return s.BuildViews(ctx, team, ids...)
}

// BuildByNumber finds a build of a job; number 0 is the newest.
func (s *Store) BuildByNumber(ctx context.Context, team, jobID string, number int64) (id string, err error) {
	id, err = s.q.APIBuildByNumber(ctx, team, jobID, number)
	return id, wrap(err, "find a build")
}

// BuildVersions gives the inputs and outputs of builds that the caller has found
// to be its team's.
func (s *Store) BuildVersions(ctx context.Context, ids ...string) ([]BuildVersion, error) {
	rows, err := s.q.APIBuildVersions(ctx, ids)
	return rows, wrap(err, "read inputs and outputs")
}

// StepViews gives the steps, in source order, of a build that the caller has
// found to be its team's.
func (s *Store) StepViews(ctx context.Context, buildID string) ([]StepView, error) {
	rows, err := s.q.APISteps(ctx, buildID)
	return rows, wrap(err, "read steps")
}

// Trigger makes a pending build of a job, bound to the pipeline's revision, and
// has the job looked at.
func (s *Store) Trigger(ctx context.Context, team, jobID, actor string) (id string, err error) {
	return s.TriggerWith(ctx, team, jobID, actor, TriggerInput{})
}

// TriggerInput is what a build that a person asks for is made with.
type TriggerInput struct {
	Params func(graph.Job) (map[string]json.RawMessage, error) // read by the job's present definition; nil: none
	Check  bool                                                // its resources first: it takes no version that is known to be older
}

// TriggerWith is Trigger with values for the job's params, or of versions that are
// looked for first.
func (s *Store) TriggerWith(ctx context.Context, team, jobID, actor string, in TriggerInput) (id string, err error) {
	err = s.tx(ctx, func(q *db.Queries) error {
		job, err := mayTrigger(ctx, q, jobID)
		if err != nil {
			return err
		}
		var values map[string]json.RawMessage
		if in.Params != nil {
			if values, err = in.Params(job); err != nil {
				return err
			}
		}
		row, err := q.APITrigger(ctx, actor, paramsJSON(values), team, jobID)
		if err != nil {
			return err
		}
		id = row.ID
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, "build.trigger", "build/"+id), change(nil, newBuild(row.Pipeline, row.Job, row.Number))); err != nil {
			return err
		}
		keys := []state.Key{state.JobKey(jobID)}
		if in.Check {
			scopes, err := askForChecks(ctx, q, id, jobID, job)
			if err != nil {
				return err
			}
			keys = append(keys, scopes...)
		}
		return enqueue(ctx, q, keys...)
	})
	return id, wrap(err, "trigger")
}

func mayTrigger(ctx context.Context, q *db.Queries, jobID string) (graph.Job, error) {
	data, err := q.APIJobSpec(ctx, jobID)
	if err != nil {
		return graph.Job{}, err
	}
	spec, err := graph.DecodeSpec(graph.KindJob, data)
	if err != nil {
		return graph.Job{}, fmt.Errorf("read the job's definition: %w", err)
	}
	job, _ := spec.(graph.Job)
	if job.DisableManualTrigger {
		return job, ErrManualTrigger
	}
	return job, nil
}

// Abort asks for a build to end. One that has not started ends at once; one that
// has ended stays as it is, which is no error. Asked for a second time, one that runs
// ends without waiting for its workers, and without its hooks.
func (s *Store) Abort(ctx context.Context, team, id, actor string) error {
	err := s.tx(ctx, func(q *db.Queries) error {
		row, err := q.APIAbort(ctx, actor, "aborted by "+actor+" before it started", id, team)
		if errors.Is(notFound(err), state.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return afterAbort(ctx, q, team, id, actor, row)
	})
	return wrap(err, "abort")
}

func afterAbort(ctx context.Context, q *db.Queries, team, id, actor string, row db.APIAbortRow) error {
	action, details := "build.abort", change(row.Was, row.Status)
	if row.Forced {
		action = "build.abort.force"
	}
	if row.Was == row.Status { // it is ended by its decider
		details["after"] = "aborting"
	}
	if row.Forced {
		details["before"], details["after"] = "aborting", "aborting by force"
	}
	if err := auditOf(ctx, q, auditParams(ctx, team, actor, action, "build/"+id), details); err != nil {
		return err
	}
	keys := []state.Key{state.BuildKey(id)}
	if state.BuildStatus(row.Status).Terminal() {
		keys = append(keys, state.JobKey(row.JobID))
		if err := q.APIClearConditions(ctx, "build/"+id); err != nil {
			return err
		}
	}
	if err := q.Notify(ctx, ChannelBuild, id); err != nil {
		return err
	}
	return enqueue(ctx, q, keys...)
}

// newBuild is what an event tells of a build that was made.
func newBuild(pipeline, job string, number int64) map[string]any {
	return map[string]any{"pipeline": pipeline, "job": job, "number": number}
}

func auditParams(ctx context.Context, team, actor, action, subject string) db.APIAuditParams {
	return db.APIAuditParams{Team: team, Actor: actor, Action: action, Subject: subject, Details: []byte("{}"), Address: state.OriginOf(ctx).Address}
}

// auditOf is APIAudit with details.
func auditOf(ctx context.Context, q *db.Queries, p db.APIAuditParams, details any) (err error) {
	if p.Details, err = json.Marshal(details); err != nil {
		return err
	}
	return q.APIAudit(ctx, p)
}

// wrap says what was being done, and gives "no rows" its name.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, notFound(err))
}
