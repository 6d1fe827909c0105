package sim

import (
	"encoding/json"
	"fmt"

	"github.com/weirci/weir/state"
)

// message is what a worker says of the end of a run. It says it until it is heard, so it
// may come twice, and late: when others have long decided that the run is lost.
type message struct {
	run    *run
	worker string
	epoch  int64
	code   int32
	infra  bool
	text   string
	result []byte
}

// accepts is the WHERE of EndRun.
func accepts(m message) bool {
	return m.run.row.Worker == m.worker && m.run.epoch == m.epoch && m.run.row.Status.Move(state.RunExited) == nil
}

// report has a worker say that a run started or ended.
func (h *History) report() {
	if h.calm {
		for len(h.late) > 0 {
			h.arriveLate()
		}
	}
	var open []*run
	for _, r := range h.DB.runs {
		if r.row.Worker != "" && !r.row.Status.Terminal() && !h.DB.worker(r.row.Worker).silent {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return
	}
	r := open[h.dice.IntN(len(open))]
	if r.row.Status == state.RunAssigned && h.chance(1, 2) {
		r.row.Status, r.row.Started = state.RunRunning, true
		return
	}
	m := h.said(r)
	if !h.calm && h.chance(1, 6) {
		h.count("report delayed")
		h.late = append(h.late, m)
		return
	}
	h.arrive(m)
	if !h.calm && h.chance(1, 6) {
		h.late = append(h.late, m)
	}
}

// arriveLate is a message that was under way, or is said again, or the end of a run that
// nobody waits for any more, which its worker has not heard of.
func (h *History) arriveLate() {
	for _, r := range h.DB.runs {
		if r.row.Status == state.RunLost && !h.DB.worker(r.row.Worker).silent && !h.calm && h.chance(1, 8) {
			h.arrive(h.said(r))
			return
		}
	}
	if len(h.late) == 0 {
		return
	}
	i := h.dice.IntN(len(h.late))
	m := h.late[i]
	if h.calm || h.chance(1, 2) {
		h.late = append(h.late[:i:i], h.late[i+1:]...)
	}
	h.arrive(m)
}

func (h *History) arrive(m message) {
	if !h.accepts(m) {
		h.count("report refused")
		h.note("%s says again or too late: run of %s %s ended", m.worker, m.run.owner(), m.run.row.Path)
		return
	}
	r := &m.run.row
	r.Status, r.ExitCode, r.Started, r.Infra, r.Message, r.Result = state.RunExited, &m.code, true, m.infra, m.text, m.result
	h.note("run of %s %s ended: code %d %s", m.run.owner(), r.Path, m.code, m.text)
	h.DB.enqueue(m.run.owner(), state.KeyPlace)
}

// said is what the worker says of a run: always the same.
func (h *History) said(r *run) message {
	if r.said != nil {
		return *r.said
	}
	m := message{run: r, worker: r.row.Worker, epoch: r.epoch}
	switch {
	case r.row.KillRequested && h.chance(3, 4):
		m.code = 143
	case h.calm || !h.chance(1, h.sound):
		m.result = h.answer(r)
	default:
		m.code = []int32{1, 1, -1}[h.dice.IntN(3)]
		m.infra, m.text = m.code == -1 && h.chance(1, 2), "a fault"
	}
	r.said = &m
	return m
}

func (h *History) answer(r *run) []byte {
	switch r.kind {
	case "check":
		found := []map[string]string{}
		for _, v := range h.DB.scopes[r.scope].outside {
			found = append(found, map[string]string{"ref": v})
		}
		b, _ := json.Marshal(found)
		return b
	case "put":
		return fmt.Appendf(nil, `{"version":{"ref":"put-%s"}}`, r.row.ID)
	}
	return []byte(`{"version":{"ref":"got"}}`)
}
