package workerapi

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/worker/logfile"
)

// AppendLog is weirv1connect.WorkerServiceHandler.
func (h *Handler) AppendLog(ctx context.Context, req *connect.Request[weirv1.AppendLogRequest]) (*connect.Response[weirv1.AppendLogResponse], error) {
	m := req.Msg
	run, err := h.reported(ctx, req.Header(), m.GetRunId(), m.GetEpoch())
	if err != nil {
		return nil, err
	}
	if err := checkRecords(m.GetOffset(), m.GetRecords()); err != nil {
		return nil, err
	}
	p, err := h.store.AppendLog(ctx, run, m.GetOffset(), m.GetRecords())
	if err != nil {
		return nil, h.asConnect("keeping a log", err)
	}
	if err := h.mayKnow(ctx, req.Header(), p); err != nil {
		return nil, err
	}
	return connect.NewResponse(&weirv1.AppendLogResponse{Offset: p.Offset, Stale: p.Stale}), nil
}

// ReportRun is weirv1connect.WorkerServiceHandler.
func (h *Handler) ReportRun(ctx context.Context, req *connect.Request[weirv1.ReportRunRequest]) (*connect.Response[weirv1.ReportRunResponse], error) {
	m := req.Msg
	run, err := h.reported(ctx, req.Header(), m.GetRunId(), m.GetEpoch())
	if err != nil {
		return nil, err
	}
	var p postgres.Progress
	switch r := m.GetReport().(type) {
	case *weirv1.ReportRunRequest_Started:
		p, err = h.store.RunStarted(ctx, run, r.Started.GetAt().AsTime(), spent(r.Started.GetSpent()), r.Started.GetImages())
	case *weirv1.ReportRunRequest_Ended:
		p, err = h.ended(ctx, run, r.Ended)
	default:
		return nil, invalid("the report of run %s says nothing", m.GetRunId())
	}
	if err != nil {
		return nil, h.asConnect("noting a run's report", err)
	}
	if err := h.mayKnow(ctx, req.Header(), p); err != nil {
		return nil, err
	}
	return connect.NewResponse(&weirv1.ReportRunResponse{Stale: p.Stale, Again: p.Again, Offset: p.Offset, Keep: p.Keep}), nil
}

func (h *Handler) ended(ctx context.Context, run postgres.WorkerRun, e *weirv1.RunEnded) (postgres.Progress, error) {
	if err := checkRecords(e.GetLogOffset(), e.GetLog()); err != nil {
		return postgres.Progress{}, err
	}
	if len(e.GetResult()) > maxResult {
		return postgres.Progress{}, invalid("the result of run %s is larger than %d bytes", run.ID, maxResult)
	}
	end := runEnd(e)
	end.Keep = h.opts.Keep
	return h.store.RunEnded(ctx, run, end)
}

func runEnd(e *weirv1.RunEnded) postgres.RunEnd {
	out := postgres.RunEnd{
		Message: e.GetError(), Infra: e.GetInfra(), TimedOut: e.GetTimedOut(), Result: e.GetResult(),
		StartedAt: timeOf(e.GetStartedAt()), EndedAt: e.GetAt().AsTime(),
		LogOffset: e.GetLogOffset(), Log: e.GetLog(), Spent: spent(e.GetSpent()), Images: e.GetImages(),
	}
	if e.GetError() == "" {
		code := e.GetExitCode()
		out.ExitCode = &code
	}
	if e.GetOom() && out.Message == "" {
		out.Message = "out of memory: the kernel killed it at its memory limit"
	}
	if e.GetNote() != "" && out.Message == "" {
		out.Message = e.GetNote()
	}
	return out
}

// spent is nil where an older worker does not say. Nothing takes less than no time.
func spent(s *weirv1.Spent) *state.Spent {
	if s == nil {
		return nil
	}
	return &state.Spent{Pull: max(s.PullMs, 0), Fetch: max(s.FetchMs, 0), Create: max(s.CreateMs, 0), Upload: max(s.UploadMs, 0)}
}

func timeOf(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	at := t.AsTime()
	return &at
}

// reported is the run that a worker's call is about. Whether it is the worker's, and
// whether there is such a worker, the statement says that changes the run.
func (h *Handler) reported(ctx context.Context, header http.Header, id string, epoch int64) (postgres.WorkerRun, error) {
	key, err := workerKey(header)
	if err != nil {
		return postgres.WorkerRun{}, err
	}
	if uuid.Validate(id) != nil {
		_, err := h.worker(ctx, header)
		return postgres.WorkerRun{}, cmp.Or(err, invalid("%q is no run's id", id))
	}
	return postgres.WorkerRun{RunRef: postgres.RunRef{ID: id, Epoch: epoch}, Worker: postgres.WorkerKeyOf(key)}, nil
}

// mayKnow tells a run that is another's from a key that is nobody's.
func (h *Handler) mayKnow(ctx context.Context, header http.Header, p postgres.Progress) error {
	if !p.Stale {
		return nil
	}
	_, err := h.worker(ctx, header)
	return err
}

// checkRecords keeps readers of logs from ever seeing half a record.
func checkRecords(offset int64, records []byte) error {
	if offset < 0 || len(records) > maxRecords {
		return invalid("%d bytes of log at offset %d are too many", len(records), offset)
	}
	if _, rest := logfile.Split(records); rest > 0 {
		return invalid("the piece of log ends in the middle of a record")
	}
	return nil
}
