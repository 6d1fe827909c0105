package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// doctorFiles are statements that find what must not be: a row for each, with a
// subject and what is wrong with it. The first comment says what is broken, the
// line that begins with fix what to do.
//
//go:embed doctor/*.sql
var doctorFiles embed.FS

const (
	mostFindings = 20   // of one check
	mostJudged   = 2000 // builds whose inputs are looked at, newest first
)

// Checkup looks for what must not be, in one snapshot, and writes nothing.
func (s *Store) Checkup(ctx context.Context) (state.Checkup, error) {
	var c state.Checkup
	err := pgx.BeginTxFunc(ctx, s.pool, oneMoment(), func(tx pgx.Tx) (err error) {
		if c.Findings, err = findings(ctx, tx); err != nil {
			return err
		}
		audit, err := auditFindings(ctx, db.New(tx))
		if err != nil {
			return err
		}
		c.Findings = append(c.Findings, audit...)
		return loadCheckup(ctx, db.New(tx), &c)
	})
	if err != nil {
		return state.Checkup{}, fmt.Errorf("look at the database: %w", err)
	}
	return c, nil
}

// oneMoment is a transaction that only looks, and sees nothing that happens meanwhile.
func oneMoment() pgx.TxOptions {
	return pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
}

// readOnly looks at the database as it is in one moment.
func (s *Store) readOnly(ctx context.Context, do func(q *db.Queries) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, oneMoment(), func(tx pgx.Tx) error { return do(db.New(tx)) })
}

// auditFindings follows the audit's chain: no statement can.
func auditFindings(ctx context.Context, q *db.Queries) ([]state.Finding, error) {
	chain, _, err := verifyAudit(ctx, q)
	out := make([]state.Finding, len(chain.Broken))
	for i, what := range chain.Broken {
		out[i] = state.Finding{
			Check: "audit_chain", Broken: "What is in the audit is not what was written.", Subject: "audit", What: what,
			Fix: "find out who may write to the database past Weir, and compare with the last export (weir audit export).",
		}
	}
	return out, err
}

// DoctorChecks are the names of the checks that are statements.
func DoctorChecks() []string {
	files, _ := fs.Glob(doctorFiles, "doctor/*.sql")
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(strings.TrimPrefix(f, "doctor/"), ".sql")
	}
	return out
}

func findings(ctx context.Context, tx pgx.Tx) ([]state.Finding, error) {
	var out []state.Finding
	for _, name := range DoctorChecks() {
		text, err := doctorFiles.ReadFile("doctor/" + name + ".sql")
		if err != nil {
			return nil, err
		}
		some, err := find(ctx, tx, name, string(text))
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", name, err)
		}
		out = append(out, some...)
	}
	return out, nil
}

func find(ctx context.Context, tx pgx.Tx, name, text string) ([]state.Finding, error) {
	head, ok := doctorHead(text)
	if !ok {
		return nil, errors.New("the file does not say what is broken and what to do")
	}
	head.Check = name
	rows, err := tx.Query(ctx, fmt.Sprintf("SELECT subject, what FROM (%s) f ORDER BY subject, what LIMIT %d", text, mostFindings))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (state.Finding, error) {
		f := head
		err := row.Scan(&f.Subject, &f.What)
		return f, err
	})
}

// doctorHead reads the comments at the beginning of a statement.
func doctorHead(text string) (state.Finding, bool) {
	var f state.Finding
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if !ok {
			break
		}
		if fix, ok := strings.CutPrefix(comment, "fix: "); ok {
			f.Fix = fix
			continue
		}
		f.Broken = strings.TrimSpace(f.Broken + " " + comment)
	}
	return f, f.Broken != "" && f.Fix != ""
}

func loadCheckup(ctx context.Context, q *db.Queries, c *state.Checkup) error {
	running, err := q.DoctorRunning(ctx)
	if err != nil {
		return err
	}
	for _, r := range running {
		job, err := jobSpec(r.Spec)
		if err != nil {
			return err
		}
		c.Running = append(c.Running, state.RunningBuild{JobID: r.JobID, PipelineID: r.PipelineID, Address: graph.Address(r.Address), Number: r.Number, Job: job})
	}
	inputs, err := q.DoctorInputs(ctx, mostJudged)
	if err != nil {
		return err
	}
	var versions []int64
	for _, r := range inputs {
		job, err := jobSpec(r.Spec)
		if err != nil {
			return err
		}
		versions = append(versions, r.VersionID)
		c.Inputs = append(c.Inputs, state.TakenInput{
			BuildID: r.ID, PipelineID: r.PipelineID, Address: graph.Address(r.Address), Number: r.Number,
			Name: r.Name, ResourceID: r.ResourceID, VersionID: r.VersionID, Job: job,
		})
	}
	slices.Sort(versions)
	return loadPassed(ctx, q, slices.Compact(versions), c)
}

func loadPassed(ctx context.Context, q *db.Queries, versions []int64, c *state.Checkup) error {
	passed, err := q.DoctorPassed(ctx, versions)
	if err != nil {
		return err
	}
	c.Passed, c.Whole = map[state.PassedVersion][]string{}, map[state.PipelineJob]bool{}
	for _, r := range passed {
		k := state.PassedVersion{PipelineJob: state.PipelineJob{PipelineID: r.PipelineID, Address: graph.Address(r.Job)}, ResourceID: r.ResourceID, VersionID: r.VersionID}
		c.Passed[k] = append(c.Passed[k], r.BuildID)
	}
	whole, err := q.DoctorWhole(ctx)
	for _, r := range whole {
		c.Whole[state.PipelineJob{PipelineID: r.PipelineID, Address: graph.Address(r.Job)}] = true
	}
	return err
}

func jobSpec(data []byte) (graph.Job, error) {
	spec, err := graph.DecodeSpec(graph.KindJob, data)
	job, _ := spec.(graph.Job)
	return job, err
}
