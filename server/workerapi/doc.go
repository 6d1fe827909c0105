// Package workerapi is the server's end of the worker protocol. It turns calls
// into transactions of the store and keeps nothing between them: a worker may
// talk to one server now and to another next.
//
// Every call wants a key: Enroll an enrolment key (weire_…), all others the
// worker's own (weirw_…). Orders wakes up by NOTIFY, and looks at an interval
// whatever it hears.
//
//	Enroll ─▶ Register ─▶ Orders ∥ Heartbeat ∥ AppendLog ∥ ReportRun
//	             ▲────────────┘ the connection was lost, or there is a newer one
package workerapi
