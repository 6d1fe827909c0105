package workerapi

import (
	"context"
	"errors"
	"regexp"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Enroll is weirv1connect.WorkerServiceHandler.
func (h *Handler) Enroll(ctx context.Context, req *connect.Request[weirv1.EnrollRequest]) (*connect.Response[weirv1.EnrollResponse], error) {
	key, err := bearer(req.Header(), "weire_", "an enrolment key")
	if err != nil {
		return nil, err
	}
	with, err := h.store.CheckEnrolmentKey(ctx, key)
	if errors.Is(err, state.ErrNotFound) {
		return nil, unauthenticated("this enrolment key is not valid here: ask for a new one")
	}
	if err != nil {
		return nil, h.asConnect("looking up an enrolment key", err)
	}
	name := req.Msg.GetName()
	if !validName(name) {
		return nil, invalid("%q is no name for a worker: use up to 100 letters, digits, dots, dashes and underscores", name)
	}
	ctx = state.WithOrigin(ctx, state.Origin{Actor: "worker-key/" + with, Address: state.AddressOf(req.Peer().Addr, req.Header().Values("X-Forwarded-For"))})
	id, own, err := h.store.EnrollWorker(ctx, name, h.opts.Dead)
	if err != nil {
		return nil, h.asConnect("enrolling a worker", err)
	}
	h.opts.Log.Info("a worker has enrolled", "worker", name, "key", with)
	return connect.NewResponse(&weirv1.EnrollResponse{WorkerId: id, Key: own}), nil
}

func validName(name string) bool {
	ok, _ := regexp.MatchString(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`, name)
	return ok
}

// Register is weirv1connect.WorkerServiceHandler.
func (h *Handler) Register(ctx context.Context, req *connect.Request[weirv1.RegisterRequest]) (*connect.Response[weirv1.RegisterResponse], error) {
	w, err := h.worker(ctx, req.Header())
	if err != nil {
		return nil, err
	}
	r, err := registration(req.Msg)
	if err != nil {
		return nil, err
	}
	done, err := h.store.RegisterWorker(ctx, w, r)
	if err != nil {
		return nil, h.asConnect("registering a worker", err)
	}
	h.opts.Log.Info("a worker has registered", "worker", w.Name, "epoch", done.Epoch,
		"runs", len(done.Positions), "forget", len(done.Forget), "lost", len(done.Lost))
	return connect.NewResponse(h.registered(w, done)), nil
}

func registration(m *weirv1.RegisterRequest) (postgres.Registration, error) {
	r := postgres.Registration{
		Runtime: m.GetRuntime(), Platform: m.GetPlatform(), Version: m.GetVersion(),
		Tags: m.GetTags(), Capacity: int(m.GetCapacity()), State: state.WorkerStatus(m.GetState()),
		Size: state.WorkerSize{CPU: m.GetCpuMillis(), Memory: m.GetMemoryBytes(), MaxTasks: int(m.GetMaxTasks()), MaxBuilds: int(m.GetMaxBuilds())},
	}
	switch r.State {
	case "":
		r.State = state.WorkerRunning
	case state.WorkerRunning, state.WorkerLanding, state.WorkerRetiring:
	default:
		return r, invalid("a worker cannot register to be %q", r.State)
	}
	if r.Runtime == "" || r.Platform == "" || r.Capacity < 1 {
		return r, invalid("a worker must say its runtime, its platform, and a capacity of at least 1")
	}
	if s := r.Size; s.CPU < 0 || s.Memory < 0 || s.MaxTasks < 0 || s.MaxBuilds < 0 {
		return r, invalid("a worker cannot have less than nothing: %+v", s)
	}
	for _, ref := range m.GetRuns() {
		r.Has = append(r.Has, postgres.RunRef{ID: ref.GetRunId(), Epoch: ref.GetEpoch()})
	}
	return r, nil
}

func (h *Handler) registered(w postgres.WorkerIdentity, r postgres.Registered) *weirv1.RegisterResponse {
	out := &weirv1.RegisterResponse{WorkerId: w.ID, Epoch: r.Epoch, HeartbeatMs: h.opts.Heartbeat.Milliseconds()}
	for id, offset := range r.Positions {
		out.Positions = append(out.Positions, &weirv1.LogPosition{RunId: id, Offset: offset})
	}
	for _, ref := range r.Forget {
		out.Forget = append(out.Forget, &weirv1.RunRef{RunId: ref.ID, Epoch: ref.Epoch})
	}
	return out
}
