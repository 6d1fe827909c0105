package server

import (
	"strings"
	"testing"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Who may answer: each role may what the one before it may; a user by name only.
func TestMayAnswer(t *testing.T) {
	ann := Identity{Name: "ann", Role: state.RoleMember}
	for approvers, want := range map[string]bool{
		"": true, "role:viewer": true, "role:member": true, "role:owner": false, "user:ann": true, "user:bob": false,
		"role:owner user:ann": true, "role:nix": false, "ann": false,
	} {
		if got := mayAnswer(ann, strings.Fields(approvers)); got != want {
			t.Errorf("%q: %v", approvers, got)
		}
	}
	if mayAnswer(Identity{Name: "eve", Role: state.RoleViewer}, nil) {
		t.Error("a viewer answers what is for members")
	}
}

// A step may be left out where only one asks, and is named by name or by path.
func TestAsked(t *testing.T) {
	one, two := postgres.ApprovalView{Step: "ok", Path: "1"}, postgres.ApprovalView{Step: "ok", Path: "2"}
	for _, tt := range []struct {
		open []postgres.ApprovalView
		step string
		want string
	}{
		{[]postgres.ApprovalView{one}, "", "1"},
		{[]postgres.ApprovalView{one, two}, "2", "2"},
		{[]postgres.ApprovalView{one, two}, "ok", `waits for 2 approvals, say which: "ok" (1), "ok" (2)`},
		{[]postgres.ApprovalView{one}, "nix", `has no step nix that waits for an approval: "ok" (1)`},
		{nil, "", "waits for no approval"},
	} {
		v, err := asked(tt.open, "p/j #1", tt.step)
		if got := v.Path; err == nil && got != tt.want || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d open, step %q: %q, %v", len(tt.open), tt.step, got, err)
		}
	}
}
