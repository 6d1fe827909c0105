package get

import (
	"errors"
	"fmt"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
)

const onPurpose = "if that is what you want, accept it with `weir get --upgrade`; if not, ask who owns the module"

// moved is about a tag that stood for another commit when it was locked.
func moved(w module.Wanted, was module.Locked, now Revision) *diag.Diagnostic {
	return &diag.Diagnostic{Code: diag.ModuleChanged, Range: w.Call.TextRange, Summary: "Tag has moved",
		Detail: fmt.Sprintf("%s was %s when it was locked, and is %s now. A tag that people build on should never move.",
			w.At(was.Version), was.Revision, now.ID),
		Related: lockedAt(was), Fix: &diag.Fix{Help: onPurpose}}
}

// gone is about a revision that the remote does not have any more.
func gone(w module.Wanted, was module.Locked, now Revision) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: diag.CannotFetch, Range: w.Call.TextRange, Summary: "Locked state is gone",
		Detail:  fmt.Sprintf("%s does not have %s any more, which is locked.", w.Package(), was.Revision),
		Related: lockedAt(was), Fix: &diag.Fix{Help: "take what is there now with `weir get --upgrade`, or have it put back"}}
	if now.ID != "" {
		d.Detail += fmt.Sprintf(" It has %s now.", now.ID)
	}
	return d
}

// changed is about contents that are not those that were locked.
func changed(w module.Wanted, was module.Locked, hash string) *diag.Diagnostic {
	return &diag.Diagnostic{Code: diag.ModuleChanged, Range: w.Call.TextRange, Summary: "Module is not what was locked",
		Detail: fmt.Sprintf("%s at %s has the hash %s, but %s is locked. Either the lock was edited, or what the server gives out has changed.",
			w.Package(), was.Revision, hash, was.Hash),
		Related: lockedAt(was), Fix: &diag.Fix{Help: "restore " + module.LockFile + " from your repository; if the module really has changed, find out why, delete its block there and run `weir get`"}}
}

func lockedAt(was module.Locked) []diag.Related {
	return []diag.Related{{Message: "what is locked", Range: was.Range}}
}

func cannot(w module.Wanted, err error) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: diag.CannotFetch, Range: w.Call.TextRange, Summary: "Cannot fetch the module",
		Detail: fmt.Sprintf("%s: %s.", w.Package(), err)}
	var refused *cache.RefusedError
	if errors.As(err, &refused) {
		d.Code, d.Summary = diag.UnsafeModule, "Package refused"
	}
	return d
}
