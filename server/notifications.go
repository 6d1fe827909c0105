package server

import (
	"context"
	"errors"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Notifications is NotificationService.
type Notifications struct{ core }

// ListNotifications lists what was sent, what waits and what was given up.
func (n *Notifications) ListNotifications(ctx context.Context, req *connect.Request[weirv1.ListNotificationsRequest]) (*connect.Response[weirv1.ListNotificationsResponse], error) {
	return unary(ctx, n.core, req, n.list)
}

// RetryNotification has one that was given up tried again.
func (n *Notifications) RetryNotification(ctx context.Context, req *connect.Request[weirv1.RetryNotificationRequest]) (*connect.Response[weirv1.RetryNotificationResponse], error) {
	return unary(ctx, n.core, req, n.retry)
}

// TestNotification has a test sent.
func (n *Notifications) TestNotification(ctx context.Context, req *connect.Request[weirv1.TestNotificationRequest]) (*connect.Response[weirv1.TestNotificationResponse], error) {
	return unary(ctx, n.core, req, n.test)
}

func (n *Notifications) list(ctx context.Context, id Identity, req *weirv1.ListNotificationsRequest) (*weirv1.ListNotificationsResponse, error) {
	if err := n.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	all, err := n.store.Notifications(ctx, id.Team, postgres.NotificationFilter{Pipeline: req.Pipeline, Dead: req.Failed, ID: req.Id, Most: limited(req.Limit, 50, 1000)})
	out := &weirv1.ListNotificationsResponse{}
	for _, x := range all {
		out.Notifications = append(out.Notifications, notificationMessage(x))
	}
	return out, err
}

func notificationMessage(x state.NotificationInfo) *weirv1.Notification {
	out := &weirv1.Notification{
		Number: x.Number, Id: x.ID, Pipeline: x.Pipeline, Address: x.Address, Kind: x.Kind, Job: x.Job.Name(), Build: x.Build, Status: x.Status, Change: x.Change,
		State: string(x.State), Attempts: int32(x.Attempts), Reason: x.Reason, CreatedAt: timestamppb.New(x.Created), AskedBy: x.AskedBy,
	}
	stampOf := func(t time.Time) *timestamppb.Timestamp {
		if t.IsZero() {
			return nil
		}
		return timestamppb.New(t)
	}
	out.EndedAt = stampOf(x.Ended)
	if x.State == state.NotificationWaiting {
		out.NextAt = stampOf(x.Next)
	}
	return out
}

func (n *Notifications) retry(ctx context.Context, id Identity, req *weirv1.RetryNotificationRequest) (*weirv1.RetryNotificationResponse, error) {
	if req.Id == "" {
		return nil, invalid("the request must name a notification")
	}
	number, err := n.store.RetryNotification(ctx, id.Team, req.Id, id.Name)
	var move *state.TransitionError
	switch {
	case errors.As(err, &move):
		return nil, refused("notification %d is %s: only one that was given up (dead) is tried again", number, move.From)
	case errors.Is(err, state.ErrNotFound):
		return nil, notFound("team %s has no notification %s: `weir notifications` lists them", id.Team, req.Id)
	}
	return &weirv1.RetryNotificationResponse{Number: number}, err
}

func (n *Notifications) test(ctx context.Context, id Identity, req *weirv1.TestNotificationRequest) (*weirv1.TestNotificationResponse, error) {
	if req.Pipeline == "" || req.Address == "" {
		return nil, invalid("the request must name a pipeline and a notification")
	}
	if err := n.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	address, err := n.store.FindSubscription(ctx, id.Team, req.Pipeline, req.Address)
	var several *postgres.AmbiguousError
	if errors.As(err, &several) {
		return nil, connect.NewError(connect.CodeInvalidArgument, several)
	}
	if err != nil {
		return nil, err
	}
	sent, _, err := n.store.TestNotification(ctx, id.Team, req.Pipeline, address, id.Name)
	return &weirv1.TestNotificationResponse{Id: sent, Address: address}, err
}
