package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/state"
)

// Dice are thrown for everything that is random in a history.
type Dice interface{ IntN(n int) int }

// History is one random history: a pipeline, some servers, some workers.
type History struct {
	DB      *DB
	dice    Dice
	servers map[string]*reconciler.Reconciler
	names   []string
	depth   int
	calm    bool // no more faults, nothing new
	Trace   []string
}

// lease is short, so that it often ends under a slow holder.
const lease = time.Second

// New begins a history on a pipeline, by address.
func New(dice Dice, specs map[graph.Address]graph.Spec, addresses []graph.Address) *History {
	h := &History{dice: dice, servers: map[string]*reconciler.Reconciler{}}
	var objects []state.Object
	for i, a := range addresses {
		objects = append(objects, state.Object{ID: fmt.Sprintf("object-%d", i), Address: a, Spec: specs[a], ScopeKey: "scope-" + string(a)})
	}
	h.DB = newDB(objects)
	h.DB.Between = h.between
	for _, o := range objects {
		switch o.Spec.Kind() {
		case graph.KindJob:
			h.DB.jobs[o.ID] = &job{next: 1, tick: h.DB.Now}
			h.DB.enqueue(state.JobKey(o.ID))
		case graph.KindResource:
			h.DB.scopes["s-"+o.ID] = &scope{key: o.ScopeKey, resource: o.ID, address: o.Address}
		}
	}
	for i := range 3 {
		name := fmt.Sprintf("server-%d", i)
		h.names = append(h.names, name)
		h.servers[name] = reconciler.New(h.DB, reconciler.Options{Holder: name, Lease: lease, NewID: h.DB.newID,
			Now: func() time.Time { return h.DB.Now }, Rand: func() float64 { return float64(dice.IntN(1000)) / 1000 }})
	}
	for i := range 2 {
		h.DB.workers = append(h.DB.workers, &worker{row: state.WorkerRow{ID: fmt.Sprintf("worker-%d", i), Name: fmt.Sprintf("w%d", i), Status: state.WorkerRunning, Capacity: 3, Heartbeat: h.DB.Now}})
	}
	return h
}

func (h *History) chance(one, of int) bool { return h.dice.IntN(of) < one }

func (h *History) note(format string, args ...any) {
	h.Trace = append(h.Trace, fmt.Sprintf("%s%s ", h.DB.Now.Format("04:05.000 "), "                "[:2*min(h.depth, 8)])+fmt.Sprintf(format, args...))
}

// between lets something else happen in the middle of a server's decision.
func (h *History) between() {
	if h.depth >= 3 || !h.chance(1, 4) {
		return
	}
	speaker := h.DB.holder
	h.depth++
	h.Step()
	h.depth--
	h.DB.holder = speaker
	if !h.calm && h.chance(1, 60) {
		h.note("%s is killed", speaker)
		h.DB.dead[speaker] = true
	}
}

// Step is one thing that happens.
func (h *History) Step() {
	if h.calm || h.chance(1, 2) {
		h.serve()
		return
	}
	events := []func(){h.push, h.ask, h.trigger, h.abort, h.tick, h.tick, h.silence, h.speak, h.beat, h.beat, h.report, h.report, h.report, h.report, h.report}
	events[h.dice.IntN(len(events))]()
}

// serve has a server take a key and work on it.
func (h *History) serve() {
	name := h.names[h.dice.IntN(len(h.names))]
	if h.DB.holder == name && h.depth > 0 {
		return // it is busy
	}
	claims, _ := h.DB.Claim(context.Background(), name, 1, lease)
	for _, c := range claims {
		h.note("%s takes %s", name, c.Key)
		h.DB.holder = name
		h.servers[name].Handle(context.Background(), c)
		h.DB.holder = ""
		if h.DB.dead[name] {
			h.note("%s is started again", name)
			delete(h.DB.dead, name)
		}
	}
}

func (h *History) someScope() (string, *scope) {
	for _, o := range h.DB.objects[h.dice.IntN(len(h.DB.objects)):] {
		if s := h.DB.scopes["s-"+o.ID]; s != nil {
			return "s-" + o.ID, s
		}
	}
	return "", nil
}

func (h *History) push() {
	if id, s := h.someScope(); s != nil {
		s.outside = append(s.outside, fmt.Sprint(len(s.outside)+1))
		h.note("version %d of %s", len(s.outside), s.address)
		s.requested = true
		h.DB.enqueue(state.ScopeKey(id))
	}
}

func (h *History) ask() {
	if id, s := h.someScope(); s != nil {
		s.requested = true
		h.DB.enqueue(state.ScopeKey(id))
	}
}

func (h *History) trigger() {
	for _, o := range h.DB.objects[h.dice.IntN(len(h.DB.objects)):] {
		if h.DB.jobs[o.ID] != nil {
			b := h.DB.newBuild(o.ID, "manual")
			h.note("%s is triggered: #%d", o.Address, b.row.Number)
			h.DB.enqueue(state.JobKey(o.ID))
			return
		}
	}
}

func (h *History) abort() {
	for _, b := range h.DB.builds {
		if !b.row.Status.Terminal() && h.chance(1, 6) {
			h.note("%s #%d is aborted", b.row.Job, b.row.Number)
			b.row.AbortRequestedBy = "ann"
			h.DB.enqueue(state.BuildKey(b.row.ID))
			return
		}
	}
}

func (h *History) tick() {
	h.DB.Now = h.DB.Now.Add(time.Duration(h.dice.IntN(4000)) * time.Millisecond)
}

func (h *History) silence() {
	if h.chance(1, 4) {
		h.DB.workers[h.dice.IntN(len(h.DB.workers))].silent = true
	}
}

// speak has a worker that was silent register again: it may have lost its runs.
func (h *History) speak() {
	w := h.DB.workers[h.dice.IntN(len(h.DB.workers))]
	if !w.silent {
		return
	}
	w.silent, w.row.Status, w.row.Heartbeat = false, state.WorkerRunning, h.DB.Now
	if h.chance(1, 2) {
		h.note("%s comes back with nothing", w.row.Name)
		h.DB.loseRunsOf(w.row.ID, "came back without it")
	}
	h.DB.enqueue(state.WorkerKey(w.row.ID), state.KeyPlace)
}

func (h *History) beat() {
	for _, w := range h.DB.workers {
		if !w.silent {
			w.row.Status, w.row.Heartbeat = state.WorkerRunning, h.DB.Now
		}
		h.DB.sweepOne(state.WorkerKey(w.row.ID))
	}
}

// report has a worker say that a run started or ended.
func (h *History) report() {
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
	h.end(r)
	h.note("run of %s %s ended: code %v %s", r.owner(), r.row.Path, *r.row.ExitCode, r.row.Message)
	h.DB.enqueue(r.owner(), state.KeyPlace)
}

func (h *History) end(r *run) {
	code := int32(0)
	r.row.Status, r.row.ExitCode, r.row.Started = state.RunExited, &code, true
	switch {
	case r.row.KillRequested && h.chance(3, 4):
		code = 143
	case h.calm || !h.chance(1, 5):
		r.row.Result = h.answer(r)
	default:
		code = []int32{1, -1}[h.dice.IntN(2)]
		r.row.Infra, r.row.Message = code == -1 && h.chance(1, 2), "a fault"
	}
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
