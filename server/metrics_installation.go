package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// scrapeTimeout bounds what a scrape asks the database.
const scrapeTimeout = 5 * time.Second

// installation tells what the database says of the whole installation. Gauges
// are how it is at the scrape. What is counted is counted from the first scrape
// of this process on, some seconds late; every server counts everything, so
// take one server's numbers, or the greatest, and not their sum.
type installation struct {
	store *postgres.Store
	log   *slog.Logger

	builds, queued, queueAge, workers, collected, up *prometheus.Desc
	ended                                            *prometheus.CounterVec
	placement                                        prometheus.Histogram
	checks, phases                                   *prometheus.HistogramVec

	mu    sync.Mutex // one scrape at a time
	since time.Time  // what happened until then is counted; guarded by mu
}

func newInstallation(store *postgres.Store, log *slog.Logger) *installation {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	waits := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 120, 600}
	return &installation{
		store: store, log: log,
		builds:    desc("weir_builds", "Builds that have not ended.", "status"),
		queued:    desc("weir_queue_depth", "Keys of the reconcile queue that are due.", "kind"),
		queueAge:  desc("weir_queue_oldest_seconds", "For how long the oldest of them has been due.", "kind"),
		workers:   desc("weir_workers", "Workers.", "status"),
		collected: desc("weir_collected_total", "What was deleted as nothing wanted it, ever, by all servers.", "kind"),
		up:        desc("weir_database_up", "Whether the database answered the questions of this scrape."),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weir_builds_ended_total", Help: "Builds that ended, by on whose account something went wrong: user, system, policy; empty for nobody's.",
		}, []string{"status", "fault"}),
		placement: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "weir_run_placement_wait_seconds", Help: "How long runs waited for a worker.", Buckets: waits,
		}),
		checks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weir_check_duration_seconds", Help: "How long checks of resources ran.", Buckets: waits,
		}, []string{"result"}),
		phases: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weir_step_phase_seconds", Help: "Where the time of steps went, counted at the ends of their builds.", Buckets: waits,
		}, []string{"phase"}),
	}
}

// Describe implements prometheus.Collector.
func (i *installation) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{i.builds, i.queued, i.queueAge, i.workers, i.collected, i.up} {
		out <- d
	}
	i.ended.Describe(out)
	i.placement.Describe(out)
	i.checks.Describe(out)
	i.phases.Describe(out)
}

// Collect implements prometheus.Collector. Without a database it tells that, and
// what it counted before.
func (i *installation) Collect(out chan<- prometheus.Metric) {
	i.mu.Lock()
	defer i.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	up := 1.0
	if err := i.measure(ctx, out); err != nil {
		i.log.Error("the database could not be measured", "error", err)
		up = 0
	}
	out <- prometheus.MustNewConstMetric(i.up, prometheus.GaugeValue, up)
	i.ended.Collect(out)
	i.placement.Collect(out)
	i.checks.Collect(out)
	i.phases.Collect(out)
}

func (i *installation) measure(ctx context.Context, out chan<- prometheus.Metric) error {
	g, err := i.store.Gauges(ctx)
	if err != nil {
		return err
	}
	i.gauges(g, out)
	collected, err := i.store.Collected(ctx)
	if err != nil {
		return err
	}
	for kind, n := range collected {
		out <- prometheus.MustNewConstMetric(i.collected, prometheus.CounterValue, float64(n), kind)
	}
	until, err := i.store.Horizon(ctx)
	if err != nil {
		return err
	}
	if i.since.IsZero() {
		i.since = until
	}
	e, err := i.store.Events(ctx, i.since, until)
	if err != nil {
		return err
	}
	i.since = until
	i.count(e)
	return nil
}

// gauges tells of each status, also where there is none of it, so that a graph
// has no gaps.
func (i *installation) gauges(g postgres.Gauges, out chan<- prometheus.Metric) {
	tell := func(desc *prometheus.Desc, value float64, label string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, label)
	}
	builds := map[string]float64{string(state.BuildPending): 0, string(state.BuildRunning): 0}
	for _, b := range g.Builds {
		builds[b.Status] = float64(b.Count)
	}
	for status, n := range builds {
		tell(i.builds, n, status)
	}
	workers := map[string]float64{string(state.WorkerRunning): 0, string(state.WorkerStalled): 0, string(state.WorkerLanding): 0, string(state.WorkerLanded): 0, string(state.WorkerRetiring): 0}
	for _, w := range g.Workers {
		workers[w.Status] = float64(w.Count)
	}
	for status, n := range workers {
		tell(i.workers, n, status)
	}
	for _, q := range g.Queue {
		tell(i.queued, float64(q.Due), q.Kind)
		tell(i.queueAge, q.Oldest.Seconds(), q.Kind)
	}
}

func (i *installation) count(e postgres.Events) {
	for _, b := range e.Ended {
		i.ended.WithLabelValues(b.Status, b.Fault).Add(float64(b.Count))
	}
	for _, seconds := range e.Placements {
		i.placement.Observe(seconds)
	}
	for _, c := range e.Checks {
		result := "failed"
		if c.Ok {
			result = "ok"
		}
		i.checks.WithLabelValues(result).Observe(c.Seconds)
	}
	for _, p := range e.Phases {
		i.countPhases(p)
	}
}

// countPhases leaves out what the worker has not told.
func (i *installation) countPhases(p postgres.Phases) {
	for phase, ms := range map[string]*int64{
		"queue": p.QueueMs, "place": &p.PlaceMs, "pull": p.PullMs, "fetch": p.FetchMs, "create": p.CreateMs, "run": &p.RunMs, "upload": p.UploadMs,
	} {
		if ms != nil {
			i.phases.WithLabelValues(phase).Observe(float64(*ms) / 1000)
		}
	}
}
