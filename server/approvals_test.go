package server_test

import (
	"slices"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
)

// A step that asks is listed for its team; the first answer of one who may counts, is
// in the audit, and has the build looked at.
func TestApprovals(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	b := w.trigger(t, "demo", "alone")
	w.exec("UPDATE builds SET status = 'running', started_at = now() WHERE id = $1", b.Id)
	w.exec("INSERT INTO steps (build_id, path, ord, kind, name, status, attempt) VALUES ($1, '9', 9, 'approval', 'go', 'blocked', 1)", b.Id)
	w.exec("INSERT INTO approvals (build_id, path, message, approvers) VALUES ($1, '9', 'Ship?', '{role:owner}')", b.Id)
	w.exec("DELETE FROM queue")
	list := func(c clients) []*weirv1.Approval {
		return must(c.builds.ListApprovals(t.Context(), connect.NewRequest(&weirv1.ListApprovalsRequest{})))(t).Msg.Approvals
	}
	answer := func(c clients) error {
		_, err := c.builds.Answer(t.Context(), connect.NewRequest(&weirv1.AnswerRequest{Id: b.Id, Step: "go", Approve: true, Comment: "yes"}))
		return err
	}
	member, other := w.as("main", state.RoleMember), w.as("other", state.RoleOwner)
	if got := list(member); len(got) != 1 || got[0].Step != "go" || got[0].Message != "Ship?" || got[0].Job != "alone" || got[0].ExpiresAt != nil {
		t.Errorf("%v", got)
	}
	if got := list(other); len(got) != 0 {
		t.Errorf("another team sees %v", got)
	}
	wantCode(t, answer(other), connect.CodeNotFound, "has no build")
	wantCode(t, answer(member), connect.CodePermissionDenied, "takes role:owner, and you are main-member")
	if got := w.queue(); len(got) != 0 {
		t.Errorf("refused answers put %v on the queue", got)
	}
	if err := answer(w.clients); err != nil {
		t.Fatal(err)
	}
	wantCode(t, answer(w.clients), connect.CodeNotFound, "waits for no approval")
	if got := w.queue(); !slices.Equal(got, []string{"build/" + b.Id}) {
		t.Errorf("queue %v", got)
	}
	events := must(w.store.AuditEvents(t.Context(), must(w.store.TeamID(t.Context(), "main"))(t), 1))(t)
	if e := events[0]; e.Action != "build.approve" || e.Actor != "main-owner" || e.Subject != "build/"+b.Id || e.Details["comment"] != "yes" || e.Details["step"] != "9" {
		t.Errorf("audit %+v", e)
	}
}

// Who answers at the same time as another, or after the time is over, is told so.
func TestLateAnswers(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	b := w.trigger(t, "demo", "alone")
	w.exec("UPDATE builds SET status = 'running', started_at = now() WHERE id = $1", b.Id)
	w.exec("INSERT INTO steps (build_id, path, ord, kind, name, status, attempt) VALUES ($1, '9', 9, 'approval', 'go', 'blocked', 1)", b.Id)
	w.exec("INSERT INTO approvals (build_id, path, message, expires_at) VALUES ($1, '9', '', now() - interval '1s')", b.Id)
	_, err := w.builds.Answer(t.Context(), connect.NewRequest(&weirv1.AnswerRequest{Id: b.Id, Approve: true}))
	wantCode(t, err, connect.CodeFailedPrecondition, "its time is over")
}
