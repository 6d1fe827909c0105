// Package server is the people's side of Weir: the handlers of PipelineService,
// BuildService, ResourceService and AdminService, who may call them, and the one
// port on which they, the workers' side, health and metrics are served.
//
//	request ─ TLS ─ measured ─ authenticated (roles) ─ handler ─ store
//	                                                      └─ planner
//
// A server keeps nothing that matters in memory: what a handler does is rows and
// a key on the reconcile queue, in one transaction. The handlers' unary methods
// work without a server too: call them with a context from WithIdentity.
//
// It is not the reconciler, and not the workers' side (package workerapi, which
// is mounted through Options.Mounts and authenticates workers itself).
package server
