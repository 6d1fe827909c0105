package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// buildRef names a build: by id, or by job and number (0: the newest).
type buildRef struct {
	id, pipeline, job string
	number            int64
}

// parseBuild reads BUILD-ID, JOB, JOB/N, PIPELINE/JOB and PIPELINE/JOB/N.
func parseBuild(s string) buildRef {
	if uuidForm.MatchString(s) {
		return buildRef{id: s}
	}
	var r buildRef
	if i := lastSlash(s); i >= 0 {
		if n, err := strconv.ParseInt(s[i+1:], 10, 64); err == nil && n > 0 {
			r.number, s = n, s[:i]
		}
	}
	r.pipeline, r.job = splitName(s)
	return r
}

// splitName cuts PIPELINE/NAME; without a slash there is no pipeline.
func splitName(s string) (pipeline, name string) {
	if i := lastSlash(s); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// lastSlash finds the last slash that is not part of a key: unit["a/b"].
func lastSlash(s string) int {
	if end := strings.LastIndex(s, `"]`); end >= 0 {
		if open := strings.Index(s, `["`); open >= 0 {
			if i := strings.LastIndexByte(s[end:], '/'); i >= 0 {
				return end + i
			}
			return strings.LastIndexByte(s[:open], '/')
		}
	}
	return strings.LastIndexByte(s, '/')
}

// findJob finds a job by JOB or PIPELINE/JOB. Without a pipeline, here or by
// --pipeline, the name must be one pipeline's alone.
func (a *App) findJob(ctx context.Context, c *clients, arg string) (*weirv1.Job, error) {
	pipeline, name := splitName(arg)
	if a := graph.Address(name); a.Kind() == graph.KindJob && a != "job" {
		name = a.Name()
	}
	jobs, err := c.listJobs(ctx, firstOf(pipeline, a.global.pipeline))
	if err != nil {
		return nil, err
	}
	return pick("job", name, "jobs", jobs, func(j *weirv1.Job) []string { return []string{j.Name} }, (*weirv1.Job).GetPipeline)
}

// findResource finds a resource by name, TYPE.NAME or address.
func (a *App) findResource(ctx context.Context, c *clients, arg string) (*weirv1.Resource, error) {
	pipeline, name := splitName(arg)
	if a := graph.Address(name); a.Kind() == graph.KindResource && a != "resource" {
		name = a.Name()
	}
	resources, err := c.listResources(ctx, firstOf(pipeline, a.global.pipeline))
	if err != nil {
		return nil, err
	}
	return pick("resource", name, "resources", resources, resourceNames, (*weirv1.Resource).GetPipeline)
}

// resourceNames is what a resource may be called: app and git.app; in a module
// module.x.app, module.x.git.app.
func resourceNames(r *weirv1.Resource) []string {
	a := graph.Address(r.Address)
	full := strings.TrimPrefix(string(a.Local()), "resource.")
	if m := a.Module(); m != "" {
		full = string(m) + "." + full
	}
	return []string{a.Name(), full}
}

// pick finds the one thing of a name.
func pick[T any](kind, name, listing string, all []T, names func(T) []string, pipeline func(T) string) (T, error) {
	var found []T
	var known, where []string
	for _, x := range all {
		known = append(known, names(x)[0])
		if slices.Contains(names(x), name) {
			found = append(found, x)
			where = append(where, pipeline(x))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		var none T
		return none, unknown(kind, name, listing, known)
	}
	slices.Sort(where)
	if where = slices.Compact(where); len(where) == 1 {
		return found[0], problem(fmt.Sprintf("there are several %ss %q in pipeline %s.", kind, name, where[0]),
			"Say which by its full name: "+fullNames(found, names))
	}
	return found[0], problem(fmt.Sprintf("%s %q is in several pipelines: %s.", kind, name, strings.Join(where, ", ")),
		"Say which: -p PIPELINE, WEIR_PIPELINE, or PIPELINE/"+name)
}

func fullNames[T any](all []T, names func(T) []string) string {
	out := make([]string, len(all))
	for i, x := range all {
		n := names(x)
		out[i] = n[len(n)-1]
	}
	return strings.Join(out, ", ")
}

func unknown(kind, name, listing string, known []string) *Problem {
	p := problemf("there is no %s %q.", kind, name)
	if len(known) == 0 {
		p.Hints = []string{"There are no " + listing + " at all: apply a pipeline with `weir apply`, or see `weir pipelines`."}
		return p
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if near, ok := diag.Nearest(name, known); ok {
		p.Hints = append(p.Hints, "Did you mean "+near+"?")
	}
	if len(known) > 12 {
		known = append(known[:12], "…")
	}
	p.Hints = append(p.Hints, "There are: "+strings.Join(known, ", ")+" (`weir "+listing+"`).")
	return p
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func joinSorted(names []string) string {
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

// shellWord is a text as one word of a command: unit/2, 'unit["api"]/2'.
func shellWord(s string) string {
	if !strings.ContainsAny(s, " \t\"'\\$`[]{}()*?!;&|<>#~") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
