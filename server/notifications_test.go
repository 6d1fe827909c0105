package server_test

import (
	"strings"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
)

// deadNotification was given up.
const deadNotification = "0190a2f0-0000-7000-8000-00000000dead"

// notified gives a pipeline somebody to tell, who could not be told of something.
func (w *world) notified(pipeline string) {
	w.t.Helper()
	w.exec("INSERT INTO subscriptions (pipeline_id, address, kind, events, config) SELECT id, 'notify.ops', 'slack', '{failed}', '' FROM pipelines WHERE name = $1", pipeline)
	w.exec(`INSERT INTO notifications (id, team_id, pipeline_id, address, kind, status, state, attempts, ended_at, reason)
		SELECT $2, team_id, id, 'notify.ops', 'slack', 'test', 'dead', 20, now(), 'it is gone' FROM pipelines WHERE name = $1`, pipeline, deadNotification)
}

// The list of what was given up; one is sent again once; what others have is not seen.
func TestNotifications(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.notified("demo")
	list := func(c clients, req *weirv1.ListNotificationsRequest) []*weirv1.Notification {
		return must(c.notifications.ListNotifications(t.Context(), connect.NewRequest(req)))(t).Msg.Notifications
	}
	got := list(w.clients, &weirv1.ListNotificationsRequest{Pipeline: "demo", Failed: true})
	if len(got) != 1 || got[0].Id != deadNotification || got[0].Reason != "it is gone" || got[0].State != "dead" || got[0].NextAt != nil || got[0].EndedAt == nil {
		t.Fatalf("given up: %v", got)
	}
	other := w.as("other", state.RoleOwner)
	if got := list(other, &weirv1.ListNotificationsRequest{}); len(got) != 0 {
		t.Errorf("another team sees %v", got)
	}
	retry := func(c clients) error {
		_, err := c.notifications.RetryNotification(t.Context(), connect.NewRequest(&weirv1.RetryNotificationRequest{Id: deadNotification}))
		return err
	}
	for _, c := range []struct {
		who  clients
		code connect.Code
		says string
	}{
		{other, connect.CodeNotFound, "team other has no notification"},
		{w.as("main", state.RoleViewer), connect.CodePermissionDenied, "member"},
		{w.clients, 0, ""},
		{w.clients, connect.CodeFailedPrecondition, "is waiting: only one that was given up"},
	} {
		if err := retry(c.who); (err != nil) != (c.code != 0) || err != nil && (connect.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("want %s %q: %v", c.code, c.says, err)
		}
	}
	if got := list(w.clients, &weirv1.ListNotificationsRequest{}); len(got) != 1 || got[0].State != "waiting" || got[0].NextAt == nil {
		t.Errorf("sent again: %v", got)
	}
	_, err := w.notifications.TestNotification(t.Context(), connect.NewRequest(&weirv1.TestNotificationRequest{Pipeline: "demo", Address: "nobody"}))
	if connect.CodeOf(err) != connect.CodeNotFound || !strings.Contains(err.Error(), "it has notify.ops") {
		t.Errorf("a test to nobody: %v", err)
	}
}

// Metrics tell of what waits and of what was given up.
func TestNotificationMetrics(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.notified("demo")
	if n := w.metric("weir_notifications", "kind", "slack", "state", "dead"); n != 1 {
		t.Errorf("%v are said to be given up", n)
	}
}
