package server

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// poolCollector tells of this process's connections to the database.
type poolCollector struct{ pool *pgxpool.Pool }

type poolMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*pgxpool.Stat) float64
}

func poolMetrics() []poolMetric {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("weir_database_pool_"+name, help, nil, nil)
	}
	return []poolMetric{
		{desc("connections", "Connections that are open."), prometheus.GaugeValue, func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) }},
		{desc("connections_used", "Connections that are in use."), prometheus.GaugeValue, func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }},
		{desc("connections_max", "Connections that may be open."), prometheus.GaugeValue, func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }},
		{desc("acquires_total", "Times that a connection was taken."), prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) }},
		{desc("waits_total", "Times that none was free."), prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }},
		{desc("wait_seconds_total", "Time spent waiting for one."), prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return s.AcquireDuration().Seconds() }},
	}
}

// Describe implements prometheus.Collector.
func (c poolCollector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range poolMetrics() {
		out <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c poolCollector) Collect(out chan<- prometheus.Metric) {
	stat := c.pool.Stat()
	for _, m := range poolMetrics() {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(stat))
	}
}
