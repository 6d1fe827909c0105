package state

import "github.com/weirci/weir/compiler/graph"

// Webhook is what a resource wants of requests from outside.
type Webhook struct {
	graph.Webhook
	ResourceID string
	Paused     bool
	Secrets    Secrets // that its token names
}
