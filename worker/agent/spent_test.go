package agent_test

import (
	"testing"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
)

// What the runtime says of its time is told with the end, and what came after the
// end is measured up to the report that is taken.
func TestWhereTheTimeWentIsTold(t *testing.T) {
	d := newDesk(t)
	d.rt.spent = worker.Spent{Pull: 3 * time.Second, Fetch: 2 * time.Millisecond, Create: time.Millisecond}
	d.refuse = 1
	d.run(t)
	d.start("a", &weirv1.Task{})
	d.waitStarted(t, "a")
	d.rt.exit("a", worker.Exit{})
	s := d.ended(t, "a").GetSpent()
	if s.GetPullMs() != 3000 || s.GetFetchMs() != 2 || s.GetCreateMs() != 1 || s.GetUploadMs() < 0 {
		t.Errorf("%v", s)
	}
}

// A worker that begins anew tells what the earlier one has measured.
func TestARestartKeepsWhereTheTimeWent(t *testing.T) {
	d := newDesk(t)
	d.rt.spent = worker.Spent{Pull: 3 * time.Second}
	d.run(t)
	d.start("a", &weirv1.Task{})
	eventually(t, "its start is told", func() (told bool) {
		d.change(func() { told = d.starts["a"].GetSpent().GetPullMs() == 3000 })
		return told
	})
	d.stop()
	d.run(t)
	d.rt.exit("a", worker.Exit{})
	if s := d.ended(t, "a").GetSpent(); s.GetPullMs() != 3000 {
		t.Errorf("%v", s)
	}
}
