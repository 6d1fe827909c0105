// Package reconciler makes observed state follow desired state. It claims a key
// of the queue, loads what the key's decider needs, lets the decider decide, and
// commits what it said in one transaction that is fenced by the claim's epoch.
//
//	claim ─▶ snapshot ─▶ decide (pure) ─▶ commit ─▶ release ─┐
//	  ▲                                                      │
//	  └────── NOTIFY, own commits, a slow poll ◀─────────────┘
//
// The deciders are the subfolders: check, schedule, build, place, gc. They take
// values and give commands and reasons; they know no clock, no database and no
// randomness. Package protocol, below them, is what resources are told and say.
//
// Nothing that matters is kept in memory: any number of reconcilers may share a
// database, and each may be killed at any time.
package reconciler
