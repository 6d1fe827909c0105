// Package agent is the worker's end of the worker protocol: it dials the server,
// drives a worker.Runtime with the orders it gets, ships the logs, and reports
// exits. It makes no containers itself and decides nothing about builds.
//
//	              ┌────────── session (one for each connection) ──────────┐
//	server ◀────▶ │ Register, then Orders and Heartbeat side by side      │
//	              └──┬────────────────────────────────────────────────────┘
//	                 ▼ Start, Kill, Destroy
//	               fleet ── one run each: Start ─▶ Wait ─▶ report ─▶ Remove
//	                                         └─ log file ─▶ AppendLog
//
// Runs outlive sessions, and containers outlive the agent. What a killed agent
// needs to go on is a record for each run, kept in its directory; what the server
// has of a log, the server says. Nothing is forgotten before it is acknowledged.
package agent
