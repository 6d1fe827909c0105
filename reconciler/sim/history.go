package sim

import (
	"context"
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
	sound   int  // of so many runs one fails
	late    []message
	accepts func(message) bool
	seen    seen
	events  []event
	weights int
	Trace   []string
	Steps   int            // what has happened
	Drawn   map[string]int // how often, by what it was
}

// lease is short, so that it often ends under a slow holder.
const lease = time.Second

// New begins a history on a pipeline, by address. The servers see the database through
// a store.
func New(dice Dice, specs map[graph.Address]graph.Spec, addresses []graph.Address, through func(*DB) reconciler.Store) *History {
	h := &History{dice: dice, servers: map[string]*reconciler.Reconciler{}, accepts: accepts, seen: newSeen(), Drawn: map[string]int{}, events: events(), sound: 2 + dice.IntN(8)}
	for _, e := range h.events {
		h.weights += e.weight
	}
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
	store := through(h.DB)
	for i := range 2 + dice.IntN(2) {
		name := fmt.Sprintf("server-%d", i)
		h.names = append(h.names, name)
		h.servers[name] = reconciler.New(store, reconciler.Options{Holder: name, Lease: lease, NewID: h.DB.newID,
			Now: func() time.Time { return h.DB.Now }, Rand: func() float64 { return float64(dice.IntN(1000)) / 1000 }})
	}
	for i := range 2 + dice.IntN(2) {
		h.DB.workers = append(h.DB.workers, &worker{row: state.WorkerRow{ID: fmt.Sprintf("worker-%d", i), Name: fmt.Sprintf("w%d", i), Status: state.WorkerRunning, Capacity: 1 + dice.IntN(3), Heartbeat: h.DB.Now}})
	}
	h.DB.workers = append(h.DB.workers, others(h.DB.Now)...)
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
	if !h.calm && h.depth == 1 && h.chance(1, 12) {
		h.frozen(speaker)
	}
	h.depth--
	h.DB.holder = speaker
	if !h.calm && h.chance(1, 60) {
		h.count("server killed")
		h.note("%s is killed", speaker)
		h.DB.dead[speaker] = true
	}
}

// frozen has a server stand still for so long that its lease is over and others take
// what it holds. Then it goes on, and knows of nothing.
func (h *History) frozen(name string) {
	h.count("server frozen")
	h.note("%s stands still", name)
	h.DB.Now = h.DB.Now.Add(lease + time.Millisecond)
	for range 1 + h.dice.IntN(8) {
		h.Step()
	}
}

func (h *History) count(what string) { h.Drawn[what]++ }

// Step is one thing that happens.
func (h *History) Step() {
	h.Steps++
	h.DB.step++
	if h.calm || h.chance(1, 2) {
		h.count("a server works")
		h.serve()
		return
	}
	at := h.dice.IntN(h.weights)
	for _, e := range h.events {
		if at -= e.weight; at < 0 {
			h.count(e.name)
			e.happens(h)
			return
		}
	}
}

type event struct {
	name    string
	weight  int
	happens func(*History)
}

func events() []event {
	return []event{
		{"version", 2, (*History).push}, {"check asked", 2, (*History).ask}, {"trigger", 2, (*History).trigger}, {"abort", 2, (*History).abort},
		{"again", 2, (*History).again}, {"answer", 2, (*History).approve}, {"pause", 1, (*History).pause}, {"pin or disable", 2, (*History).rule},
		{"time goes on", 4, (*History).tick}, {"worker falls silent", 2, (*History).silence}, {"worker comes back", 2, (*History).speak}, {"worker refuses", 1, (*History).refuse},
		{"heartbeats", 4, (*History).beat}, {"report", 10, (*History).report}, {"late report", 2, (*History).arriveLate},
	}
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
		w.emptied = h.DB.Now
		h.count("came back with nothing")
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
