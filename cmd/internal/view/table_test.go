package view

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// noon is when all tests are.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func before(d time.Duration) *timestamppb.Timestamp { return timestamppb.New(noon.Add(-d)) }

func render(t *testing.T, table Table, term Terminal) string {
	t.Helper()
	var b strings.Builder
	if err := table.Write(&b, term); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every listing, with rows that have everything and rows that have nothing.
func TestListings(t *testing.T) {
	for name, table := range map[string]Table{
		"pipelines": Pipelines(noon, []*weirv1.Pipeline{
			{Name: "shop", Revision: 12, Jobs: 3, Resources: 2, LastActor: "ada", LastApplied: before(90 * time.Second),
				Digest: "sha256:3fa6aa4f3367ed5ec6bd3ce12d116d724e1bf436b1af022aa608709a34e37ae4"},
			{Name: "old", Paused: true},
			{Name: "older", Paused: true, Archived: true},
		}),
		"jobs": Jobs(noon, []*weirv1.Job{
			{Pipeline: "shop", Name: "unit", Last: &weirv1.Build{Number: 7, Status: "failed", EndedAt: before(3 * time.Hour)},
				Next: &weirv1.Build{Number: 8, Status: "running"}},
			{Pipeline: "shop", Name: "ship", Waiting: &weirv1.Condition{Reason: "NoVersion", Message: "no version of app has passed unit"}},
			{Pipeline: "shop", Name: "nightly", Paused: true},
		}),
		"builds": Builds(noon, []*weirv1.Build{
			{Pipeline: "shop", Job: "unit", Number: 8, Status: "running", Cause: "version", StartedAt: before(12 * time.Second),
				Inputs: []*weirv1.BuildVersion{{Name: "app", Version: map[string]string{"ref": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"}}}},
			{Pipeline: "shop", Job: "unit", Number: 7, Status: "errored", Cause: "manual", CreatedBy: "ada", Message: "image not found\nreally",
				StartedAt: before(time.Hour), EndedAt: before(time.Hour - 4200*time.Millisecond)},
			{Pipeline: "shop", Job: "unit", Number: 6, Status: "pending", Waiting: &weirv1.Condition{Reason: "MaxInFlight"}},
		}),
		"resources": Resources(noon, []*weirv1.Resource{
			{Pipeline: "shop", Address: "resource.git.app", Versions: 3, Latest: map[string]string{"ref": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"},
				LastChecked: before(5 * time.Second), NextCheck: before(-55 * time.Second)},
			{Pipeline: "shop", Address: "resource.git.broken", LastChecked: before(time.Minute), Error: "no such host"},
			{Pipeline: "shop", Address: "resource.time.later"},
		}),
		"versions": Versions(noon, "resource.git.app", []*weirv1.Version{
			{Version: map[string]string{"ref": "abc", "branch": "main"}, CreatedAt: before(49 * time.Hour),
				Metadata: []*weirv1.Metadatum{{Name: "author", Value: "Ada"}, {Name: "message", Value: "first\nsecond"}}},
		}),
		"workers": Workers(noon, []*weirv1.Worker{
			{Name: "rack-1", Status: "running", Runtime: "containerd", Platform: "linux/amd64", Capacity: 8, Running: 2, Version: "v1",
				CpuMillis: 8000, CpuReserved: 4500, MemoryBytes: 16 << 30, MemoryReserved: 1536 << 20,
				HeartbeatAt: before(0), Tags: []string{"gpu", "big"}},
			{Name: "rack-2", Status: "stalled", Runtime: "process", Platform: "linux/arm64", Capacity: 4, Version: "v1",
				HeartbeatAt: before(3 * time.Minute), Message: "not heard of for 3m0s"},
		}),
		"drifts": Drifts([]*weirv1.Drift{{Pipeline: "shop", Address: "job.unit", Reason: "Paused", Message: "it is paused, which was not applied"}}),
		"empty":  Builds(noon, nil),
	} {
		t.Run(name, func(t *testing.T) { golden(t, "list_"+name+".golden", []byte(render(t, table, Terminal{}))) })
	}
}

func TestColourSaysNothingThatTheTextDoesNot(t *testing.T) {
	table := Builds(noon, []*weirv1.Build{{Job: "unit", Number: 1, Status: "failed"}})
	coloured := render(t, table, Terminal{Color: true})
	if !strings.Contains(coloured, "\x1b[31mfailed\x1b[0m") {
		t.Errorf("no colour: %q", coloured)
	}
	if plain := sgr.ReplaceAllString(coloured, ""); plain != render(t, table, Terminal{}) {
		t.Errorf("without its colours it is another text: %q", plain)
	}
}

// Columns stand under each other, no line is longer than the terminal as long as
// the last column can give way, and nothing in a cell can break a line or move
// the cursor.
func TestTablesKeepTheirShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(2, 5).Draw(t, "columns")
		table := Table{Header: make([]string, columns)}
		for i := range table.Header {
			table.Header[i] = rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "header")
		}
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			row := make([]Cell, columns)
			for i := range row {
				row[i] = Text(rapid.StringOf(rapid.RuneFrom([]rune("abcé \n\t\x1b"))).Draw(t, "cell"))
			}
			table.Rows = append(table.Rows, row)
		}
		var b strings.Builder
		width := rapid.IntRange(60, 120).Draw(t, "width")
		if err := table.Write(&b, Terminal{Width: width}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != len(table.Rows)+1 {
			t.Fatalf("%d lines for %d rows", len(lines), len(table.Rows))
		}
		at := 0
		for i, w := range table.widths()[:columns-1] {
			at += w + gap
			for _, line := range lines {
				if r := []rune(line); len(r) > at && r[at-1] != ' ' {
					t.Fatalf("column %d does not begin at %d in %q", i+1, at, line)
				}
			}
		}
		if strings.ContainsAny(b.String(), "\x1b\t\r") {
			t.Fatalf("control characters come through: %q", b.String())
		}
	})
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"short", 10, "short"},
		{"exactly-10", 10, "exactly-10"},
		{"eleven-long", 10, "eleven-lo…"},
		{"grün-und-blau", 10, "grün-und-…"},
		{"too narrow to cut", 3, "too narrow to cut"},
		{"no bound", 0, "no bound"},
	} {
		if got := Cut(c.text, c.columns); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	for d, want := range map[time.Duration]string{
		400 * time.Millisecond: "0.4s", 9 * time.Second: "9.0s", 12 * time.Second: "12s", 200 * time.Second: "3m20s",
		5*time.Hour + 10*time.Minute: "5h10m", 47 * time.Hour: "47h0m", 100 * time.Hour: "4d",
	} {
		if got := Length(d); got != want {
			t.Errorf("Length(%s) = %s, want %s", d, got, want)
		}
	}
	for at, want := range map[*timestamppb.Timestamp]string{
		nil: "", before(0): "just now", before(12 * time.Second): "12s ago", before(-30 * time.Second): "in 30s",
	} {
		if got := Ago(noon, at); got != want {
			t.Errorf("Ago(%v) = %q, want %q", at, got, want)
		}
	}
	if got := Took(noon, before(time.Minute), before(30*time.Second)); got != "30s" {
		t.Errorf("Took of something ended = %s", got)
	}
	if got := Took(noon, before(time.Minute), nil); got != "1m0s" {
		t.Errorf("Took of something that goes on = %s", got)
	}
}
