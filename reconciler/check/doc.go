// Package check decides about a scope: is a check due, what did one find, when is
// the next. It is pure.
//
//	due or asked for ─▶ StartCheck ─▶ (a worker runs it) ─▶ RecordVersions ─▶ due again
//	                                                    └─▶ RecordFailure ──▶ later and later
package check
