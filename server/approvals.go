package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// mostComment is how many bytes a comment may have.
const mostComment = 4096

// ListApprovals lists the steps that wait for a person.
func (b *Builds) ListApprovals(ctx context.Context, req *connect.Request[weirv1.ListApprovalsRequest]) (*connect.Response[weirv1.ListApprovalsResponse], error) {
	return unary(ctx, b.core, req, b.listApprovals)
}

// Answer approves or rejects a step that waits for a person.
func (b *Builds) Answer(ctx context.Context, req *connect.Request[weirv1.AnswerRequest]) (*connect.Response[weirv1.AnswerResponse], error) {
	return unary(ctx, b.core, req, b.answer)
}

func (b *Builds) listApprovals(ctx context.Context, id Identity, req *weirv1.ListApprovalsRequest) (*weirv1.ListApprovalsResponse, error) {
	if err := b.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	views, err := b.store.OpenApprovals(ctx, id.Team, req.Pipeline, "")
	out := &weirv1.ListApprovalsResponse{}
	for _, v := range views {
		out.Approvals = append(out.Approvals, approvalMessage(v))
	}
	return out, err
}

func (b *Builds) answer(ctx context.Context, id Identity, req *weirv1.AnswerRequest) (*weirv1.AnswerResponse, error) {
	if len(req.Comment) > mostComment {
		return nil, invalid("the comment has %d bytes, more than %d: put the long story elsewhere, and its address here", len(req.Comment), mostComment)
	}
	build, err := b.find(ctx, id.Team, req)
	if err != nil {
		return nil, err
	}
	open, err := b.store.OpenApprovals(ctx, id.Team, "", build.ID)
	if err != nil {
		return nil, err
	}
	v, err := asked(open, fmt.Sprintf("%s/%s #%d", build.Pipeline, graph.Address(build.Job).Name(), build.Number), req.Step)
	if err != nil {
		return nil, err
	}
	if !mayAnswer(id, v.Approvers) {
		return nil, connect.NewError(connect.CodePermissionDenied,
			fmt.Errorf("approval %q takes %s, and you are %s, %s of team %s: ask one of them", v.Step, whoMay(v.Approvers), id.Name, id.Role, id.Team))
	}
	err = b.store.AnswerApproval(ctx, id.Team, v.BuildID, v.Path, state.ApprovalAnswer{Approved: req.Approve, By: id.Name, Comment: req.Comment})
	if errors.Is(err, state.ErrConflict) {
		err = connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("approval %q was answered meanwhile, or its time is over: look at the build", v.Step))
	}
	return &weirv1.AnswerResponse{Approval: approvalMessage(v)}, err
}

// asked finds the step that is meant among those of a build that ask.
func asked(open []postgres.ApprovalView, build, step string) (postgres.ApprovalView, error) {
	fits := slices.DeleteFunc(slices.Clone(open), func(v postgres.ApprovalView) bool { return step != "" && v.Step != step && v.Path != step })
	switch {
	case len(fits) == 1:
		return fits[0], nil
	case len(open) == 0:
		return postgres.ApprovalView{}, notFound("build %s waits for no approval", build)
	case len(fits) == 0:
		return postgres.ApprovalView{}, notFound("build %s has no step %s that waits for an approval: %s", build, step, names(open))
	}
	return postgres.ApprovalView{}, invalid("build %s waits for %d approvals, say which: %s", build, len(fits), names(fits))
}

func names(open []postgres.ApprovalView) string {
	out := make([]string, len(open))
	for i, v := range open {
		out[i] = fmt.Sprintf("%q (%s)", v.Step, v.Path)
	}
	return strings.Join(out, ", ")
}

// mayAnswer says that somebody is one of the approvers. None are all members.
func mayAnswer(id Identity, approvers []string) bool {
	if len(approvers) == 0 {
		return includes(id.Role, state.RoleMember)
	}
	return slices.ContainsFunc(approvers, func(a string) bool {
		kind, name, _ := strings.Cut(a, ":")
		return kind == "role" && includes(id.Role, state.Role(name)) || kind == "user" && name == id.Name
	})
}

func whoMay(approvers []string) string {
	if len(approvers) == 0 {
		return "a member"
	}
	return strings.Join(approvers, " or ")
}

func approvalMessage(v postgres.ApprovalView) *weirv1.Approval {
	m := &weirv1.Approval{
		BuildId: v.BuildID, Pipeline: v.Pipeline, Job: graph.Address(v.Job).Name(), Number: v.Number, Path: v.Path, Step: v.Step,
		Message: v.Message, Approvers: v.Approvers, AskedAt: timestamppb.New(v.AskedAt),
	}
	if v.ExpiresAt != nil {
		m.ExpiresAt = timestamppb.New(*v.ExpiresAt)
	}
	return m
}
