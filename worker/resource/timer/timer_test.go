package timer

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/worker/resource"
)

func at3339(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func check(source string, last resource.Version, now time.Time) ([]string, error) {
	h := resource.Host{Now: func() time.Time { return now }}
	versions, err := Type{}.Check(context.Background(), h, resource.Request{Source: json.RawMessage(source), Version: last})
	var out []string
	for _, v := range versions {
		out = append(out, v["time"])
	}
	return out, err
}

// 2026-01-05 was a Monday.
func TestCheck(t *testing.T) {
	const night = `{"start":"10 PM","stop":"2:00 AM","days":["Monday"]}`
	const berlin = `{"start":"02:00","stop":"0400","location":"Europe/Berlin"}`
	for name, tt := range map[string]struct {
		source, last, now string
		due               bool
	}{
		"the first":                        {`{"interval":"5m"}`, "", "2026-01-05T12:00:00Z", true},
		"too early":                        {`{"interval":"5m"}`, "2026-01-05T11:55:01Z", "2026-01-05T12:00:00Z", false},
		"on the dot":                       {`{"interval":"5m"}`, "2026-01-05T11:55:00Z", "2026-01-05T12:00:00Z", true},
		"a clock set back":                 {`{"interval":"5m"}`, "2026-01-05T13:00:00Z", "2026-01-05T12:00:00Z", false},
		"not today":                        {`{"interval":"5m","days":["tuesday"]}`, "", "2026-01-05T12:00:00Z", false},
		"today there":                      {`{"interval":"5m","days":["Tuesday"],"location":"Asia/Tokyo"}`, "", "2026-01-05T16:00:00Z", true},
		"not today, but the first":         {`{"interval":"5m","days":["Tuesday"],"initial_version":true}`, "", "2026-01-05T12:00:00Z", true},
		"before the range":                 {`{"start":"9AM","stop":"5 PM"}`, "", "2026-01-05T08:59:59Z", false},
		"in the range":                     {`{"start":"9AM","stop":"5 PM"}`, "2026-01-04T10:00:00Z", "2026-01-05T09:00:00Z", true},
		"once in a range":                  {`{"start":"9AM","stop":"5 PM"}`, "2026-01-05T09:00:00Z", "2026-01-05T16:00:00Z", false},
		"at the end":                       {`{"start":"9AM","stop":"5 PM"}`, "", "2026-01-05T17:00:00Z", false},
		"often in a range":                 {`{"start":"9AM","stop":"5 PM","interval":"1h"}`, "2026-01-05T09:00:00Z", "2026-01-05T16:00:00Z", true},
		"over midnight, the evening":       {night, "", "2026-01-05T22:30:00Z", true},
		"over midnight, the morning":       {night, "", "2026-01-06T01:30:00Z", true},
		"over midnight, done":              {night, "2026-01-05T22:30:00Z", "2026-01-06T01:30:00Z", false},
		"over midnight, the next evening":  {night, "", "2026-01-06T22:30:00Z", false},
		"over midnight, another's morning": {night, "", "2026-01-05T01:30:00Z", false},
		"winter time":                      {berlin, "", "2026-01-05T01:00:00Z", true},
		"summer time":                      {berlin, "", "2026-07-06T00:00:00Z", true},
		"the hour that is not there":       {berlin, "", "2026-03-29T01:30:00Z", true},
	} {
		t.Run(name, func(t *testing.T) {
			var last resource.Version
			var want []string
			if tt.last != "" {
				last = resource.Version{"time": tt.last}
				want = append(want, tt.last)
			}
			if tt.due {
				want = append(want, tt.now)
			}
			got, err := check(tt.source, last, at3339(t, tt.now))
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %v (%v), want %v", got, err, want)
			}
		})
	}
}

// However often it is checked: versions of an interval are at least that far
// apart, and no further than the interval and one check.
func TestIntervalsAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_800_000_000, 0)
		var last resource.Version
		var made []time.Time
		for range 50 {
			step := time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second
			now = now.Add(step)
			got, err := check(`{"interval":"1m"}`, last, now)
			if err != nil {
				t.Fatal(err)
			}
			newest := resource.Version{"time": got[len(got)-1]}
			if newest["time"] == last["time"] {
				continue
			}
			if n := len(made); n > 0 && (now.Sub(made[n-1]) < time.Minute || now.Sub(made[n-1]) >= time.Minute+step) {
				t.Fatalf("%v after the one before, checked after %v", now.Sub(made[n-1]), step)
			}
			last, made = newest, append(made, now)
		}
	})
}

func TestSourcesThatMakeNoSense(t *testing.T) {
	for source, want := range map[string]string{
		`{}`: "give interval, or start and stop", `{"interval":"soon"}`: `source.interval: "soon"`, `{"interval":"-1m"}`: "no duration",
		`{"start":"9AM"}`: "start and stop go together", `{"start":"25:00","stop":"9AM"}`: `source.start: "25:00"`,
		`{"interval":"1m","days":["Payday"]}`: `"Payday" is no day`, `{"interval":"1m","location":"Atlantis"}`: "source.location",
		`{"intervall":"1m"}`: "unknown key intervall; known are days, initial_version, interval, location, start, stop",
	} {
		if _, err := check(source, nil, time.Unix(0, 0)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", source, err, want)
		}
	}
	if _, err := check(`{"interval":"1m"}`, resource.Version{"time": "noon"}, time.Unix(0, 0)); err == nil {
		t.Error("noon is a time")
	}
}

func TestInAndOut(t *testing.T) {
	h := resource.Host{Now: func() time.Time { return time.Date(2026, 1, 5, 12, 0, 0, 5, time.FixedZone("", 3600)) }}
	r := resource.Request{Source: json.RawMessage(`{"interval":"1m"}`)}
	made, err := Type{}.Out(context.Background(), h, r, t.TempDir())
	if err != nil || made.Version["time"] != "2026-01-05T11:00:00.000000005Z" {
		t.Fatalf("out gave %v, %v", made, err)
	}
	dir := t.TempDir()
	r.Version = made.Version
	got, err := Type{}.In(context.Background(), h, r, dir)
	if err != nil || got.Version["time"] != made.Version["time"] {
		t.Errorf("in gave %v, %v", got, err)
	}
	b, _ := os.ReadFile(filepath.Join(dir, "time"))
	var request resource.Request
	input, _ := os.ReadFile(filepath.Join(dir, "input"))
	if err := json.Unmarshal(input, &request); err != nil || string(b) != made.Version["time"]+"\n" || request.Version["time"] != made.Version["time"] {
		t.Errorf("in wrote %q and %q (%v)", b, input, err)
	}
}
