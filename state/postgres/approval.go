package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ApprovalView is a step that asks people.
type ApprovalView = db.OpenApprovalsRow

// OpenApprovals lists what a team is asked, the longest first; of one pipeline and one
// build unless they are "".
func (s *Store) OpenApprovals(ctx context.Context, team, pipeline, build string) ([]ApprovalView, error) {
	rows, err := s.q.OpenApprovals(ctx, team, pipeline, build)
	return rows, wrap(err, "list approvals")
}

// AnswerApproval records an answer, which is audited, and has the build looked at.
// state.ErrConflict: it is not asked any more.
func (s *Store) AnswerApproval(ctx context.Context, team, build, path string, a state.ApprovalAnswer) error {
	err := s.tx(ctx, func(q *db.Queries) error {
		n, err := q.AnswerApproval(ctx, db.AnswerApprovalParams{Approved: a.Approved, Actor: a.By, Comment: a.Comment, BuildID: build, Path: path, Team: team})
		if err == nil && n == 0 {
			err = state.ErrConflict
		}
		if err != nil {
			return err
		}
		answer := "rejected"
		if a.Approved {
			answer = "approved"
		}
		details := with(with(change("asked", answer), "step", path), "comment", a.Comment)
		if err := auditOf(ctx, q, auditParams(ctx, team, a.By, answerAction(a), "build/"+build), details); err != nil {
			return err
		}
		return enqueue(ctx, q, state.BuildKey(build))
	})
	return wrap(err, "answer an approval")
}

func answerAction(a state.ApprovalAnswer) string {
	if a.Approved {
		return "build.approve"
	}
	return "build.reject"
}

func askApprovals(ctx context.Context, q *db.Queries, build string, asked []state.ApprovalAsked) error {
	for _, a := range asked {
		p := db.AskApprovalsParams{BuildID: build, Path: a.Path, Message: a.Message, Approvers: a.Approvers, ExpiresAt: orNil(a.Expires)}
		if p.Approvers == nil {
			p.Approvers = []string{}
		}
		if err := q.AskApprovals(ctx, p); err != nil {
			return fmt.Errorf("ask for approval of step %s: %w", a.Path, err)
		}
	}
	return nil
}

func loadAnswers(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.AnswersOfBuild(ctx, snap.Build.ID)
	for _, r := range rows {
		if snap.Answers == nil {
			snap.Answers = map[string]state.ApprovalAnswer{}
		}
		snap.Answers[r.Path] = state.ApprovalAnswer{Approved: r.Approved != nil && *r.Approved, By: r.AnsweredBy, Comment: r.Comment}
	}
	return err
}
