package get

import (
	"context"
	"errors"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
)

// Fetcher gets at remotes. Its errors are for people: one line, without the name
// of the remote.
type Fetcher interface {
	// Tags are the tags of a remote.
	Tags(ctx context.Context, m module.Remote) ([]string, error)

	// Resolve is what the source, or a version of it, stands for now.
	Resolve(ctx context.Context, m module.Remote, version string) (Revision, error)

	// Fetch writes the files of a revision. ErrGone says that it is not there.
	Fetch(ctx context.Context, m module.Remote, revision string, to *cache.Tree) error
}

// Revision is a state of a remote that never changes.
type Revision struct {
	ID    string // a commit, or a digest
	Fixed bool   // the name that led to it stands for it for ever: a tag of git, a commit
}

// ErrGone says that a revision is not at its remote.
var ErrGone = errors.New("it is not there (any more)")

// Action is what was done about a package.
type Action string

// The actions.
const (
	Kept     Action = "kept"     // as it was locked, from the cache
	Fetched  Action = "fetched"  // as it was locked
	Locked   Action = "locked"   // chosen anew, as nothing was locked
	Upgraded Action = "upgraded" // to another revision
)

// Result is one package that is locked now.
type Result struct {
	module.Locked
	Action Action
	Before module.Locked // with Upgraded
}

// Options are how packages are got.
type Options struct {
	Lock    *module.Lock // what is locked already
	Cache   *cache.Cache
	From    Fetcher
	Upgrade bool
	Begin   func(what string) // told what is being fetched; may be nil
}

// Getter is module.Packages that fetches. It is used by one goroutine, for one
// reading of a pipeline.
type Getter struct {
	Options
	ctx     context.Context //nolint:containedctx // the interface is that of compiling, which has none
	done    map[key]answer
	results []Result
}

type key struct{ source, constraint string }

type answer struct {
	dir     string
	result  Result
	problem *diag.Diagnostic // with the range of the first call
}

var _ module.Packages = (*Getter)(nil)

// New makes a Getter whose work ends with ctx.
func New(ctx context.Context, o Options) *Getter {
	if o.Begin == nil {
		o.Begin = func(string) {}
	}
	return &Getter{Options: o, ctx: ctx, done: map[key]answer{}}
}

// Results are the packages that were asked for, in the order of asking.
func (g *Getter) Results() []Result { return g.results }

// Package implements module.Packages.
func (g *Getter) Package(w module.Wanted) (module.Package, diag.List) {
	k := key{w.Package(), w.Constraint}
	a, known := g.done[k]
	if !known {
		a = g.get(w)
		g.done[k] = a
		if a.problem == nil {
			g.results = append(g.results, a.result)
		}
	}
	if a.problem != nil {
		if known {
			return module.Package{}, diag.List{{Code: a.problem.Code, Range: w.Call.TextRange, Summary: a.problem.Summary, Detail: a.problem.Detail}}
		}
		return module.Package{}, diag.List{*a.problem}
	}
	return module.Package{Dir: a.dir, Version: a.result.Version}, nil
}

func (g *Getter) get(w module.Wanted) answer {
	was, locked := g.Lock.Find(w.Package(), w.Constraint)
	var r Result
	var problem *diag.Diagnostic
	if locked && !g.Upgrade {
		r, problem = g.asLocked(w, was)
	} else {
		r, problem = g.newest(w, was)
	}
	if problem != nil {
		return answer{problem: problem}
	}
	return answer{dir: g.Cache.Dir(r.Hash), result: r}
}

// asLocked gets exactly what is locked.
func (g *Getter) asLocked(w module.Wanted, was module.Locked) (Result, *diag.Diagnostic) {
	if g.Cache.Check(was.Hash) == nil {
		return Result{Locked: was, Action: Kept}, nil
	}
	g.Begin(w.At(was.Version))
	now, err := g.From.Resolve(g.ctx, w.Remote, was.Version)
	if err == nil && now.Fixed && now.ID != was.Revision {
		return Result{}, moved(w, was, now)
	}
	hash, err := g.fetch(w, was.Revision)
	switch {
	case errors.Is(err, ErrGone):
		return Result{}, gone(w, was, now)
	case err != nil:
		return Result{}, cannot(w, err)
	case hash != was.Hash:
		return Result{}, changed(w, was, hash)
	}
	return Result{Locked: was, Action: Fetched}, nil
}

// newest gets the newest that is allowed.
func (g *Getter) newest(w module.Wanted, was module.Locked) (Result, *diag.Diagnostic) {
	tag, problem := g.choose(w)
	if problem != nil {
		return Result{}, problem
	}
	now, err := g.From.Resolve(g.ctx, w.Remote, tag)
	if err != nil {
		return Result{}, cannot(w, err)
	}
	r := Result{Locked: module.Locked{Source: w.Package(), Constraint: w.Constraint, Version: tag, Revision: now.ID}, Action: Locked, Before: was}
	if was.Revision == now.ID && g.Cache.Check(was.Hash) == nil {
		r.Hash, r.Action = was.Hash, Kept
		return r, nil
	}
	g.Begin(w.At(tag))
	if r.Hash, err = g.fetch(w, now.ID); err != nil {
		return Result{}, cannot(w, err)
	}
	switch {
	case was.Revision == now.ID && was.Hash != r.Hash:
		return Result{}, changed(w, was, r.Hash)
	case was.Revision == now.ID:
		r.Action = Fetched
	case was.Revision != "":
		r.Action = Upgraded
	}
	return r, nil
}

func (g *Getter) fetch(w module.Wanted, revision string) (string, error) {
	return g.Cache.Add(func(t *cache.Tree) error { return g.From.Fetch(g.ctx, w.Remote, revision, t) })
}
