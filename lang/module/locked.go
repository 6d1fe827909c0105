package module

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module/cache"
)

// locked finds packages by the lock, in the cache, and nowhere else.
type locked struct {
	lock    *Lock
	cache   *cache.Cache // nil: there is none
	checked map[string]error
}

// FromLock finds what a lock says, in a cache.
func FromLock(l *Lock, c *cache.Cache) Packages {
	return &locked{lock: l, cache: c, checked: map[string]error{}}
}

// Broken is for a lock that cannot be read: nobody knows what it says, and that
// is the only thing to report.
func Broken(problems diag.List) Packages { return broken(problems) }

type broken diag.List

// Package implements Packages.
func (b broken) Package(Wanted) (Package, diag.List) { return Package{}, diag.List(b) }

// Package implements Packages.
func (k *locked) Package(w Wanted) (Package, diag.List) {
	entry, ok := k.lock.Find(w.Package(), w.Constraint)
	if !ok {
		return Package{}, diag.List{k.notLocked(w)}
	}
	if k.cache == nil {
		return Package{}, diag.List{{Code: diag.ModuleMissing, Range: w.Call.TextRange, Summary: "Module not available",
			Detail: "Modules from elsewhere are not available here: there is no cache."}}
	}
	err, seen := k.checked[entry.Hash]
	if !seen {
		err = k.cache.Check(entry.Hash)
		k.checked[entry.Hash] = err
	}
	if err != nil {
		return Package{}, diag.List{k.unusable(w, entry, err)}
	}
	return Package{Dir: k.cache.Dir(entry.Hash), Version: entry.Version}, nil
}

const runGet = "run `weir get`"

func (k *locked) notLocked(w Wanted) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.ModuleNotLocked, Range: w.Call.TextRange, Summary: "Module not locked",
		Detail: fmt.Sprintf("%s does not say which state of %s is to be used.", LockFile, w.Package()),
		Fix:    &diag.Fix{Help: runGet + ": it fetches the modules and writes the lock"}}
	for _, other := range k.lock.Modules {
		if other.Source == w.Package() {
			d.Range = w.Call.VersionRange
			if w.Constraint == "" {
				d.Range = w.Call.TextRange
			}
			d.Detail = fmt.Sprintf("%s has this module for %s, but not for %s.", LockFile, constraintText(other.Constraint), constraintText(w.Constraint))
			d.Related = []diag.Related{{Message: "what is locked", Range: other.Range}}
			break
		}
	}
	return d
}

func constraintText(c string) string {
	if c == "" {
		return "no version"
	}
	return fmt.Sprintf("version %q", c)
}

func (k *locked) unusable(w Wanted, entry Locked, err error) diag.Diagnostic {
	d := diag.Diagnostic{Range: w.Call.TextRange, Related: []diag.Related{{Message: "what is locked", Range: entry.Range}}}
	var tampered *cache.TamperedError
	switch {
	case errors.Is(err, cache.ErrMissing):
		d.Code, d.Summary = diag.ModuleMissing, "Module not fetched"
		d.Detail = fmt.Sprintf("%s is locked, but not in the cache (%s). Compiling never uses the network.", w.Package(), k.cache.Root())
		d.Fix = &diag.Fix{Help: runGet}
	case errors.As(err, &tampered):
		d.Code, d.Summary = diag.ModuleChanged, "Module changed in the cache"
		d.Detail = fmt.Sprintf("%s is not what it was when it was fetched: somebody has changed %s.", tampered.Dir, changedFiles(tampered.Files))
		d.Fix = &diag.Fix{Help: runGet + ": it fetches the package anew"}
	default:
		d.Code, d.Summary, d.Detail = diag.ModuleMissing, "Cannot read the cache", fmt.Sprintf("%s.", err)
	}
	return d
}

func changedFiles(files []string) string {
	const most = 5
	switch n := len(files); {
	case n == 0:
		return "it"
	case n > most:
		return fmt.Sprintf("%s and %d more files", strings.Join(files[:most], ", "), n-most)
	}
	return strings.Join(files, ", ")
}

// Digest identifies the modules of a lock: "" without any, and the same for the
// same contents wherever they were fetched from.
func (l *Lock) Digest() string {
	if len(l.Modules) == 0 {
		return ""
	}
	modules := slices.Clone(l.Modules)
	slices.SortFunc(modules, func(a, b Locked) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Constraint, b.Constraint))
	})
	h := sha256.New()
	for _, m := range modules {
		fmt.Fprintf(h, "%q %q %s\n", m.Source, m.Constraint, m.Hash)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
