// Package build decides what comes next in a build. It is pure: Decide looks at
// a build's rows and at the time, and says what is to be done and what waits for
// what. It walks the job's tree as Concourse does:
//
//	do stops at the first step that does not succeed; parallel goes on, unless
//	fail_fast; try never fails; a step's hooks nest from on_success, the
//	innermost, over on_failure, on_abort and on_error to ensure.
//
// A step's row holds the result of the step itself, without its hooks, and is
// final once it is terminal. Retries of get, put and task are new runs of the
// same path; the steps of a retried do, parallel or try get paths of their own
// ("2.attempt2.0"), so that no row ever has to go back.
//
// A step with across blocks is a parallel over the values of the first, with the
// others inside; its rows come when the values are known ("3.1" is the second
// value). What is made inside is kept under a name of its own ("bin@3.1").
//
// A cancelled step (abort, timeout, a sibling failed) has its runs killed and
// ends as aborted; its on_abort and ensure hooks then run to their own end.
//
// Every command is applied to the decider's own copy of the state by Apply, which
// is thereby the model of what the store does. Deciding again on that state gives
// no command.
package build
