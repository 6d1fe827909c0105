package wire

import (
	"time"

	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/gc"
)

// Retention says what a server keeps of what was.
type Retention struct {
	Builds gc.Retention
	Upkeep gc.Upkeep     // versions, scopes, revisions and archived pipelines
	Keep   gc.Keep       // what is on the workers
	Audit  time.Duration // 0: for ever
	Every  time.Duration // between two looks at all jobs
}

// DefaultRetention is what a server does that is not told otherwise.
func DefaultRetention() Retention {
	return Retention{Builds: gc.DefaultRetention(), Upkeep: gc.DefaultUpkeep(), Keep: gc.DefaultKeep(), Every: 10 * time.Minute}
}

// keepsContainers says that what did not do its work stays to be looked into.
func (r Retention) keepsContainers() bool {
	if r.Every == 0 { // nobody said anything
		r = DefaultRetention()
	}
	return r.Keep.Container > 0 && r.Keep.Containers > 0
}

func (r Retention) into(o *reconciler.Options) {
	o.RetainEvery, o.Keep, o.KeepAudit = r.Every, r.Keep, r.Audit
	if r.Every > 0 { // it was said: zero is all
		o.Retention, o.Upkeep = &r.Builds, &r.Upkeep
	}
}
