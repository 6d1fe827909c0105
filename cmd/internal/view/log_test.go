package view

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func buildEvent(status string, change ...func(*weirv1.Build)) *weirv1.WatchResponse {
	b := &weirv1.Build{Pipeline: "shop", Job: "unit", Number: 3, Status: status, StartedAt: before(10 * time.Second)}
	for _, c := range change {
		c(b)
	}
	if terminal(status) {
		b.EndedAt = before(0)
	}
	return &weirv1.WatchResponse{Event: &weirv1.WatchResponse_Build{Build: b}}
}

func stepEvent(path, kind, name, status string, attempt int32) *weirv1.WatchResponse {
	s := &weirv1.Step{Path: path, Kind: kind, Name: name, Status: status, Attempt: attempt}
	if terminal(status) {
		s.StartedAt, s.EndedAt = before(5*time.Second), before(3*time.Second)
	}
	return &weirv1.WatchResponse{Event: &weirv1.WatchResponse_Step{Step: s}}
}

func lineEvent(path, name, stream, text string, attempt int32, number int64) *weirv1.WatchResponse {
	return &weirv1.WatchResponse{Event: &weirv1.WatchResponse_Line{Line: &weirv1.LogLine{
		StepPath: path, StepName: name, Attempt: attempt, Stream: stream, Text: []byte(text), Number: number,
	}}}
}

// story is a build whose second step fails, is tried again, and succeeds.
func story() []*weirv1.WatchResponse {
	return []*weirv1.WatchResponse{
		buildEvent("pending", func(b *weirv1.Build) { b.Waiting = &weirv1.Condition{Message: "unit #2 must end first"} }),
		buildEvent("running"),
		stepEvent("0", "get", "app", "running", 1),
		lineEvent("0", "app", "stderr", "Cloning into app", 1, 1),
		stepEvent("0", "get", "app", "succeeded", 1),
		stepEvent("1", "do", "", "running", 0),
		stepEvent("1.0", "task", "test", "running", 1),
		lineEvent("1.0", "test", "stdout", "one", 1, 1),
		lineEvent("1.0", "test", "stdout", "10%\r50%\r100%\r", 1, 2),
		stepEvent("1.0", "task", "test", "ready", 1),
		stepEvent("1.0", "task", "test", "running", 2),
		lineEvent("1.0", "test", "stdout", "again", 2, 1),
		stepEvent("1.0", "task", "test", "succeeded", 2),
		stepEvent("2", "task", "never", "skipped", 0),
		buildEvent("succeeded"),
	}
}

func play(t *testing.T, l *Log, events []*weirv1.WatchResponse) *weirv1.Build {
	t.Helper()
	for _, e := range events {
		end, err := l.Event(e)
		if err != nil {
			t.Fatal(err)
		}
		if end != nil {
			return end
		}
	}
	return nil
}

func TestLogOfABuild(t *testing.T) {
	var b strings.Builder
	l := NewLog(&b, Terminal{}, []*weirv1.Step{{Name: "app"}, {Name: "test"}})
	end := play(t, l, story())
	golden(t, "log.golden", []byte(b.String()))
	if end.GetStatus() != "succeeded" {
		t.Errorf("the end of the build was not seen: %v", end)
	}
}

// With times each line says when it was written, and lines without a time are as wide.
func TestLogWithTimes(t *testing.T) {
	var b strings.Builder
	l := NewLog(&b, Terminal{}, []*weirv1.Step{{Name: "app"}, {Name: "test"}})
	l.ShowTimes()
	events := story()
	for i, e := range events {
		if line := e.GetLine(); line != nil {
			line.At = before(9*time.Second - time.Duration(i)*1001*time.Millisecond/10)
		}
	}
	play(t, l, events)
	golden(t, "log_times.golden", []byte(b.String()))
}

// Wherever a stream breaks, and however much of it comes again: the output is
// the same as if it had not.
func TestABrokenStreamShowsEverythingOnce(t *testing.T) {
	events := story()
	var whole strings.Builder
	play(t, NewLog(&whole, Terminal{}, nil), events)
	rapid.Check(t, func(r *rapid.T) {
		var b strings.Builder
		l := NewLog(&b, Terminal{}, nil)
		for range rapid.IntRange(0, 4).Draw(r, "breaks") {
			play(t, l, events[:rapid.IntRange(0, len(events)-1).Draw(r, "break at")])
		}
		play(t, l, events)
		if b.String() != whole.String() {
			r.Fatalf("got\n%s\nwant\n%s", b.String(), whole.String())
		}
	})
}

func TestSeenIsWhatWasPrinted(t *testing.T) {
	l := NewLog(&strings.Builder{}, Terminal{}, nil)
	play(t, l, story())
	want := "[0/1:1 1.0/1:2 1.0/2:1]"
	var got []string
	for _, s := range l.Seen() {
		got = append(got, fmt.Sprintf("%s/%d:%d", s.StepPath, s.Attempt, s.Number))
	}
	if fmt.Sprint(got) != want {
		t.Errorf("seen %v, want %s", got, want)
	}
}

func TestTheEndOfABuildSaysWhy(t *testing.T) {
	var b strings.Builder
	l := NewLog(&b, Terminal{}, nil)
	play(t, l, []*weirv1.WatchResponse{buildEvent("errored", func(b *weirv1.Build) { b.Message = "the image does not exist" })})
	if want := "==> shop/unit #3 errored in 10s: the image does not exist\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestTrackTellsNewsWithoutPrinting(t *testing.T) {
	var b strings.Builder
	l := NewLog(&b, Terminal{}, nil)
	line := lineEvent("0", "app", "stdout", "x", 1, 1)
	if _, isNew := l.Track(line); !isNew {
		t.Error("a new line is news")
	}
	if _, isNew := l.Track(line); isNew {
		t.Error("the same line is none")
	}
	if b.Len() > 0 {
		t.Errorf("it was printed: %q", b.String())
	}
}

// The style of a step's name follows from its path, however deep that is.
func TestPrefixOfDeepSteps(t *testing.T) {
	l := NewLog(io.Discard, Terminal{}, nil)
	path := "0"
	for range 100 {
		path += ".on_success.0"
		if got := l.prefix(path, "hook"); got != "hook" {
			t.Fatalf("%s: %q", path, got)
		}
	}
}
