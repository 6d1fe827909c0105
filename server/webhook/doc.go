// Package webhook has requests from outside start checks. It is the one door
// without a token of Weir's own: what a request must show is the resource's, as
// its forge sends it. Who shows nothing, or the wrong thing, learns nothing: not
// even whether there is such a resource.
//
//	request ─▶ limits ─▶ who sent it (signature or token) ─▶ filters ─▶ a check, as if it were asked for
//
// A request that is lost costs time only: the next check by interval finds what
// it would have told.
package webhook
