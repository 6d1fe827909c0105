package server

import (
	"context"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are those of this process (calls, its database pool, Go) and those of
// the whole installation, which every server tells alike. No label holds an id.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.HistogramVec
}

func newMetrics(o Options) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weir_rpc_duration_seconds", Help: "How long calls took to be answered; streams count from beginning to end.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 60, 600},
		}, []string{"procedure", "code"}),
	}
	m.registry.MustRegister(
		m.calls,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		newInstallation(o.Store, o.Log),
		poolCollector{o.Store.Pool()},
		newNotifyCollector(o),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "weir_info", Help: "Always 1; the version is in the label.", ConstLabels: prometheus.Labels{"version": o.Version},
		}, func() float64 { return 1 }),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
}

// measure is the interceptor that measures calls.
type measure struct {
	*metrics
	now func() time.Time
}

func (m *measure) done(procedure string, start time.Time, err error) {
	code := "ok"
	if err != nil {
		code = connect.CodeOf(err).String()
	}
	m.calls.WithLabelValues(procedure, code).Observe(m.now().Sub(start).Seconds())
}

func (m *measure) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		start := m.now()
		res, err := next(ctx, req)
		m.done(req.Spec().Procedure, start, err)
		return res, err
	}
}

func (m *measure) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		start := m.now()
		err := next(ctx, conn)
		m.done(conn.Spec().Procedure, start, err)
		return err
	}
}

func (m *measure) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}
