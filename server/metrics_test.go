package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
)

func (w *world) scrape() map[string]*dto.MetricFamily {
	w.t.Helper()
	code, body := getAs(w.t, w.url+"/metrics", w.scraper())
	if code != http.StatusOK {
		w.t.Fatalf("metrics: %d %s", code, body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return must(parser.TextToMetricFamilies(strings.NewReader(body)))(w.t)
}

// scraper is a token for the metrics, made once.
func (w *world) scraper() string {
	if w.scrapes == "" {
		w.scrapes = w.token("main", state.RoleViewer)
	}
	return w.scrapes
}

func TestMetricsAreForTheInstallation(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		who, token string
		code       int
		says       string
	}{
		{"nobody", "", http.StatusUnauthorized, "this server wants a token"},
		{"a wrong token", "weir_wrong", http.StatusUnauthorized, "the token is not valid here"},
		{"another team", w.token("payments", state.RoleOwner), http.StatusForbidden, "only team main may see this"},
		{"a viewer of team main", w.scraper(), http.StatusOK, "weir_"},
	} {
		if code, body := getAs(t, w.url+"/metrics", tt.token); code != tt.code || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %.100s", tt.who, code, body)
		}
	}
}

// metric is the value of one metric, or how many a histogram has seen; labels
// are name, value, name, value.
func (w *world) metric(name string, labels ...string) float64 {
	w.t.Helper()
	for _, m := range w.scrape()[name].GetMetric() {
		has := map[string]string{}
		for _, l := range m.Label {
			has[l.GetName()] = l.GetValue()
		}
		want := map[string]string{}
		for pair := range slices.Chunk(labels, 2) {
			want[pair[0]] = pair[1]
		}
		if maps.Equal(has, want) {
			return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return -1
}

func TestMetricsOfNow(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.exec("DELETE FROM queue")
	w.trigger(t, "demo", "alone")
	r := w.start()
	w.exec("UPDATE queue SET due_at = now() - interval '10 seconds'")
	w.exec("INSERT INTO workers (id, name, status, key_hash, runtime, platform, capacity, version) VALUES (gen_random_uuid(), 'w', 'stalled', '', '', '', 1, '')")
	for _, tt := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"weir_builds", []string{"status", "pending"}, 1},
		{"weir_builds", []string{"status", "running"}, 1},
		{"weir_queue_depth", []string{"kind", "job"}, 1},
		{"weir_workers", []string{"status", "stalled"}, 1},
		{"weir_workers", []string{"status", "running"}, 0},
		{"weir_database_up", nil, 1},
		{"weir_info", []string{"version", "1.2.3"}, 1},
		{"weir_database_pool_connections_max", nil, 12},
		{"weir_rpc_duration_seconds", []string{"procedure", "/weir.v1.BuildService/Trigger", "code", "ok"}, 2},
	} {
		if got := w.metric(tt.name, tt.labels...); got != tt.want {
			t.Errorf("%s%v is %v, want %v", tt.name, tt.labels, got, tt.want)
		}
	}
	if age := w.metric("weir_queue_oldest_seconds", "kind", "job"); age < 10 || age > 100 {
		t.Errorf("the oldest key is %v s old", age)
	}
	_, err := w.builds.GetBuild(t.Context(), connect.NewRequest(&weirv1.GetBuildRequest{Id: "x"}))
	wantCode(t, err, connect.CodeInvalidArgument, "no id")
	if got := w.metric("weir_rpc_duration_seconds", "procedure", "/weir.v1.BuildService/GetBuild", "code", "invalid_argument"); got != 1 {
		t.Errorf("%v calls that failed", got)
	}
	for name, family := range w.scrape() {
		for _, m := range family.Metric {
			for _, l := range m.Label {
				if strings.Contains(l.GetValue(), r.id) {
					t.Errorf("%s has an id in label %s", name, l.GetName())
				}
			}
		}
	}
}

// What happened is counted once, by the scrapes after it.
func TestMetricsOfWhatHappened(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one", "two")
	w.scrape() // counting begins
	w.exec("UPDATE runs SET created_at = clock_timestamp() - interval '2 seconds', assigned_at = clock_timestamp()")
	w.exec("UPDATE runs SET started_at = assigned_at, ended_at = assigned_at, queue_ms = 5, pull_ms = 4, create_ms = 3, upload_ms = 2")
	w.exec(`INSERT INTO runs (id, scope_id, kind, task, status, exit_code, started_at, ended_at)
		SELECT gen_random_uuid(), s.id, 'check', '', 'exited', code, clock_timestamp() - interval '1 second', clock_timestamp() FROM scopes s, unnest(ARRAY[0, 1, 1]) code`)
	w.exec("UPDATE builds SET fault = 'policy'")
	r.finish("failed")
	deadline := time.Now().Add(20 * time.Second)
	for w.metric("weir_builds_ended_total", "status", "failed", "fault", "policy") != 1 {
		if time.Now().After(deadline) {
			t.Fatal("the build's end was never counted")
		}
		time.Sleep(200 * time.Millisecond)
	}
	w.scrape()
	for _, tt := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"weir_run_placement_wait_seconds", nil, 2},
		{"weir_check_duration_seconds", []string{"result", "ok"}, 1},
		{"weir_check_duration_seconds", []string{"result", "failed"}, 2},
		{"weir_builds_ended_total", []string{"status", "failed", "fault", "policy"}, 1},
		{"weir_step_phase_seconds", []string{"phase", "queue"}, 2},
		{"weir_step_phase_seconds", []string{"phase", "place"}, 2},
		{"weir_step_phase_seconds", []string{"phase", "pull"}, 2},
		{"weir_step_phase_seconds", []string{"phase", "fetch"}, -1}, // nobody has told
		{"weir_step_phase_seconds", []string{"phase", "run"}, 2},
	} {
		if got := w.metric(tt.name, tt.labels...); got != tt.want {
			t.Errorf("%s%v is %v, want %v", tt.name, tt.labels, got, tt.want)
		}
	}
	sum := w.scrape()["weir_run_placement_wait_seconds"].Metric[0].Histogram.GetSampleSum()
	if sum < 4 || sum > 4.5 {
		t.Errorf("placements waited %v s", sum)
	}
}
