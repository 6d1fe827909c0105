package wire

import (
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/state/postgres"
)

// explainer decides as the server's reconciler does, to tell why things wait.
func (c ServerConfig) explainer(s *postgres.Store) *reconciler.Explainer {
	return reconciler.NewExplainer(s, reconciler.Options{
		Now: time.Now, Rand: rand.Float64, NewID: uuid.NewString, Eval: deferred.Eval, Log: c.Log, ExternalURL: c.ExternalURL, Checks: c.Checks,
	})
}
