package server_test

import (
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Who operates the installation is told what is broken in it, and where; nothing is
// changed by looking.
func TestDoctor(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	look := func() []*weirv1.Finding {
		return must(w.admin.Doctor(t.Context(), connect.NewRequest(&weirv1.DoctorRequest{})))(t).Msg.Findings
	}
	if found := look(); len(found) > 0 {
		t.Fatalf("%v", found)
	}
	b := w.trigger(t, "demo", "alone")
	w.exec("UPDATE objects SET next_number = $1 WHERE address = 'job.alone'", b.Number)
	for range 2 {
		found := look()
		if len(found) != 1 || found[0].Check != "numbers" || found[0].Broken == "" || found[0].Fix == "" || found[0].What == "" {
			t.Errorf("%v", found)
		}
	}
}
