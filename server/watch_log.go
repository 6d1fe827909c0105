package server

import (
	"bytes"
	"context"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server/lines"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/worker/logfile"
)

// chunksAtOnce bounds what a follower holds in memory.
const chunksAtOnce = 16

// attempt names a run as people see it.
type attempt struct {
	path   string
	number int32
}

// tail is how far the log of one run was shown.
type tail struct {
	attempt
	name     string // of the step
	position int64  // in the run's log file
	end      int64  // of what the server has
	ended    bool   // nothing comes after end
	flushed  bool   // all was shown
	lines    lines.Splitter
}

// showLog shows all that there is of the runs' logs, in the order in which it
// arrived, and between it what became of the steps.
func (f *follower) showLog(ctx context.Context, runs []postgres.RunView, changed []*weirv1.Step) error {
	for _, r := range runs {
		f.update(r)
	}
	for {
		if err := f.flushEnded(); err != nil {
			return err
		}
		ids, positions := f.behind()
		if len(ids) == 0 {
			break
		}
		chunks, err := f.store.LogChunks(ctx, ids, positions, chunksAtOnce)
		if err != nil {
			return err
		}
		if len(chunks) == 0 { // old output was deleted
			f.skip(ids)
			continue
		}
		if changed, err = f.showChunks(ctx, chunks, changed); err != nil {
			return err
		}
	}
	return f.showSteps(changed)
}

// update takes over what is new about a run.
func (f *follower) update(r postgres.RunView) {
	t := f.tails[r.ID]
	if t == nil {
		t = &tail{attempt: attempt{r.StepPath, r.Attempt}, name: r.StepName}
		f.tails[r.ID] = t
	}
	if r.LogOffset > t.end { // a server may add to the log of a run that has ended
		t.flushed = false
	}
	t.end, t.ended = r.LogOffset, state.RunStatus(r.Status).Terminal()
}

// behind lists the runs of which there is more than was shown.
func (f *follower) behind() (ids []string, positions []int64) {
	for id, t := range f.tails {
		if t.position < t.end {
			ids, positions = append(ids, id), append(positions, t.position)
		}
	}
	return ids, positions
}

func (f *follower) skip(ids []string) {
	for _, id := range ids {
		f.tails[id].position = f.tails[id].end
	}
}

// showChunks shows chunks of several runs. A chunk that does not follow what was
// shown of its run comes again later.
func (f *follower) showChunks(ctx context.Context, chunks []postgres.LogChunk, changed []*weirv1.Step) ([]*weirv1.Step, error) {
	for _, c := range chunks {
		due := f.due(changed, c)
		if err := f.showSteps(due); err != nil {
			return nil, err
		}
		changed = slices.DeleteFunc(changed, func(s *weirv1.Step) bool { return slices.Contains(due, s) })
		t := f.tails[c.RunID]
		if c.Nth != 1 && c.OffsetFrom > t.position {
			continue
		}
		records, err := f.store.LogRecords(ctx, c, t.position)
		if err != nil {
			return nil, err
		}
		t.position = c.OffsetTo
		for r := range logfile.Decode(records) {
			if err := t.lines.Add(r, f.line(t)); err != nil {
				return nil, err
			}
		}
		if err := f.flush(t); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// due are the steps to be told of before a chunk is shown: the one that wrote
// it, if it goes on, and those that changed before it came. Not the end of a step
// with log that was not shown, nor what came after that.
func (f *follower) due(changed []*weirv1.Step, c postgres.LogChunk) []*weirv1.Step {
	var out []*weirv1.Step
	earlier := true
	for _, s := range changed {
		earlier = earlier && !since(s).After(c.At) && (!stepEnded(s) || f.shownAll(s.Path))
		if earlier || !stepEnded(s) && s.Path == f.tails[c.RunID].path {
			out = append(out, s)
		}
	}
	return out
}

func (f *follower) showSteps(steps []*weirv1.Step) error {
	for _, s := range steps {
		if err := f.showStep(s); err != nil {
			return err
		}
	}
	return nil
}

// shownAll says that nothing is left to be shown of a step's log.
func (f *follower) shownAll(path string) bool {
	for _, t := range f.tails {
		if t.path == path && !t.flushed {
			return false
		}
	}
	return true
}

func (f *follower) flushEnded() error {
	for _, t := range f.tails {
		if err := f.flush(t); err != nil {
			return err
		}
	}
	return nil
}

// flush shows what a run that has ended wrote without a line end.
func (f *follower) flush(t *tail) error {
	if !t.ended || t.flushed || t.position < t.end {
		return nil
	}
	t.flushed = true
	err := t.lines.Flush(f.line(t))
	return err
}

// line sends lines of a run that were not seen yet.
func (f *follower) line(t *tail) func(lines.Line) error {
	return func(l lines.Line) error {
		if l.Number <= f.seen[t.attempt] {
			return nil
		}
		return f.emit(&weirv1.WatchResponse{Event: &weirv1.WatchResponse_Line{Line: &weirv1.LogLine{
			StepPath: t.path, StepName: t.name, Attempt: t.number, Stream: streamName(l.Stream),
			Text: bytes.Clone(l.Text), Partial: l.Partial, At: timestamppb.New(l.At), Number: l.Number,
		}}})
	}
}

func streamName(stream byte) string {
	switch stream {
	case logfile.Stderr:
		return "stderr"
	case logfile.Beside:
		return "service"
	}
	return "stdout"
}
