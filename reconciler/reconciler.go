package reconciler

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/weirci/weir/reconciler/gc"
	"github.com/weirci/weir/reconciler/notify"
	"github.com/weirci/weir/reconciler/pace"
	"github.com/weirci/weir/reconciler/place"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// Options say how a reconciler works. Holder, Now, Rand and NewID must be given;
// the rest has defaults.
type Options struct {
	Holder string           // of claims: unique to the process
	Now    func() time.Time // for durations in the log
	Rand   func() float64   // in [0, 1)
	NewID  func() string    // of runs of checks: a UUID
	Wake   <-chan string    // notifications that the queue has something; nil: only polling
	Eval   protocol.Eval    // of deferred values; nil: they are errors
	Setter Setter           // of pipelines that builds set; nil: they are refused
	Log    *slog.Logger

	Workers     int           // keys at once; 8
	Lease       time.Duration // of a claim; 10 s: how long others wait for a server that died
	Poll        time.Duration // the safety net under NOTIFY, and how late what becomes due may be seen; 500 ms
	Sweep       time.Duration // and under everything; 1 min
	Drain       time.Duration // for what is under way at the end; 10 s
	ExternalURL string        // that people reach the server at
	Checks      pace.Rates    // pace.Default; a rate below 0: no limit
	Patience    place.Patience
	Placement   place.Chains
	Keep        gc.Keep
	Retention   *gc.Retention // nil: gc.DefaultRetention
	Upkeep      *gc.Upkeep    // nil: gc.DefaultUpkeep
	KeepAudit   time.Duration // 0: events of the audit stay for ever
	RetainEvery time.Duration // between two looks at the history of all jobs; 10 min

	Outbound          Outbound // sends notifications; nil: none is sent here
	NotifyLimits      notify.Limits
	KeepNotifications time.Duration // that were sent or given up; 30 days
}

func (o Options) withDefaults() Options {
	or(&o.Workers, 8)
	or(&o.Lease, 10*time.Second)
	or(&o.Poll, 500*time.Millisecond)
	or(&o.Sweep, time.Minute)
	or(&o.Drain, 10*time.Second)
	or(&o.Patience, place.DefaultPatience())
	or(&o.Checks.Server, pace.Default().Server)
	or(&o.Checks.Host, pace.Default().Host)
	or(&o.Keep, gc.DefaultKeep())
	or(&o.RetainEvery, 10*time.Minute)
	or(&o.NotifyLimits, notify.DefaultLimits())
	or(&o.KeepNotifications, 30*24*time.Hour)
	if o.Retention == nil {
		def := gc.DefaultRetention()
		o.Retention = &def
	}
	if o.Upkeep == nil {
		def := gc.DefaultUpkeep()
		o.Upkeep = &def
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// Reconciler works on the queue of one database, as any number of others may at
// the same time.
type Reconciler struct {
	store Store
	Options
	local   chan struct{} // something was committed here: look at the queue
	indexes indexCache
	pace    *pace.Pace
	sending sends

	mu     sync.Mutex
	held   map[state.Key]holding
	turn   string            // the team that got a worker last; forgetting it costs nothing
	kept   map[string]string // which workers' room is kept for which runs; likewise. It is not written to
	walked string            // the job whose history was looked at last; likewise
	aired  string            // the scope whose versions were looked at last; likewise
}

// holding is a key that is being worked on, and how to stop that.
type holding struct {
	claim state.Claim
	stop  context.CancelFunc
}

// New makes a reconciler. Run starts it.
func New(s Store, o Options) *Reconciler {
	o = o.withDefaults()
	return &Reconciler{store: s, Options: o, local: make(chan struct{}, 1), held: map[state.Key]holding{}, indexes: newIndexCache(), pace: pace.New(o.Checks)}
}

// Run works until ctx ends: then it takes no more keys, and returns when those it
// has are done, or after Drain, when it stops in the middle. What it leaves others
// take over when its leases end. It returns nil.
func (r *Reconciler) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var background sync.WaitGroup
	background.Go(func() { r.extend(ctx, work) })
	background.Go(func() { r.sweep(ctx) })
	r.loop(ctx, work, stop)
	stop()
	background.Wait()
	return nil
}

// extend keeps the leases of what is being worked on, and stops the work on keys
// that another has taken. It goes on while the end is awaited.
func (r *Reconciler) extend(ctx, work context.Context) {
	t := time.NewTicker(r.Lease / 3)
	defer t.Stop()
	for {
		select {
		case <-work.Done():
			return
		case <-t.C:
		}
		claims := r.claims()
		if len(claims) == 0 {
			if ctx.Err() != nil {
				return
			}
			continue
		}
		lost, err := r.store.Extend(work, r.Lease, claims...)
		if err != nil {
			r.Log.Warn("cannot extend leases", "error", err)
		}
		r.giveUp(lost)
	}
}

func (r *Reconciler) claims() []state.Claim {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]state.Claim, 0, len(r.held))
	for _, h := range r.held {
		out = append(out, h.claim)
	}
	return out
}

func (r *Reconciler) giveUp(lost []state.Claim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range lost {
		if h, ok := r.held[c.Key]; ok && h.claim.Epoch == c.Epoch {
			h.stop()
		}
	}
}

// sweep is the net under everything: what is open and not on the queue is put there.
func (r *Reconciler) sweep(ctx context.Context) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		if n, err := r.store.Sweep(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("cannot sweep", "error", err)
		} else if n > 0 {
			r.wakeUp()
		}
		wait.Reset(time.Duration(float64(r.Sweep) * (0.75 + r.Rand()/2)))
	}
}

func (r *Reconciler) wakeUp() {
	select {
	case r.local <- struct{}{}:
	default:
	}
}
