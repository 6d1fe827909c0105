package server

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weirci/weir/state/postgres"
)

// NotificationCount is how many attempts at notifications of a kind came to what.
type NotificationCount struct {
	Kind, Result string
	Total        int
}

// notifyCollector tells of what this server sent, and of what the database has that
// waits or was given up.
type notifyCollector struct {
	store      *postgres.Store
	log        *slog.Logger
	counts     func() []NotificationCount // nil: this server sends nothing
	sent, open *prometheus.Desc
}

func newNotifyCollector(o Options) *notifyCollector {
	return &notifyCollector{o.Store, o.Log, o.Sent,
		prometheus.NewDesc("weir_notifications_total", "Attempts of this server to send notifications: sent, retried, skipped, dead.", []string{"kind", "result"}, nil),
		prometheus.NewDesc("weir_notifications", "Notifications that wait, and those that were given up.", []string{"kind", "state"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *notifyCollector) Describe(out chan<- *prometheus.Desc) {
	out <- c.sent
	out <- c.open
}

// Collect implements prometheus.Collector.
func (c *notifyCollector) Collect(out chan<- prometheus.Metric) {
	if c.counts != nil {
		for _, n := range c.counts() {
			out <- prometheus.MustNewConstMetric(c.sent, prometheus.CounterValue, float64(n.Total), n.Kind, n.Result)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	open, err := c.store.CountNotifications(ctx)
	if err != nil {
		c.log.Error("notifications could not be counted", "error", err)
		return
	}
	for _, n := range open {
		out <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(n.Total), n.Kind, string(n.State))
	}
}
