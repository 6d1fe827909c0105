package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Pipelines is the table of a team's pipelines.
func Pipelines(now time.Time, all []*weirv1.Pipeline) Table {
	t := Table{
		Header: []string{"pipeline", "revision", "jobs", "resources", "applied", "by", "digest"},
		Empty:  "no pipelines yet: write one and run `weir apply`",
	}
	for _, p := range all {
		name := Text(p.Name)
		switch {
		case p.Archived:
			name = Cell{Text: p.Name + " (archived)", Style: Gray}
		case p.Paused:
			name = Cell{Text: p.Name + " (paused)", Style: StatusStyle("paused")}
		}
		t.Rows = append(t.Rows, []Cell{name, number(p.Revision), number(int64(p.Jobs)), number(int64(p.Resources)),
			Text(Ago(now, p.LastApplied)), Text(p.LastActor), {Text: shortDigest(p.Digest), Style: Gray}})
	}
	return t
}

// Jobs is the table of jobs, each with its last and its next build.
func Jobs(now time.Time, all []*weirv1.Job) Table {
	t := Table{
		Header: []string{"pipeline", "job", "last", "ended", "next", "waits for"},
		Empty:  "no jobs yet: add a job to the pipeline and run `weir apply`",
	}
	for _, j := range all {
		name := Text(j.Name)
		if j.Paused {
			name = Cell{Text: j.Name + " (paused)", Style: StatusStyle("paused")}
		}
		t.Rows = append(t.Rows, []Cell{Text(j.Pipeline), name, buildCell(j.Last),
			Text(Ago(now, j.Last.GetEndedAt())), buildCell(j.Next), {Text: jobWaits(j), Style: Gray}})
	}
	return t
}

// Builds is the table of builds, newest first.
func Builds(now time.Time, all []*weirv1.Build) Table {
	t := Table{
		Header: []string{"pipeline", "build", "status", "started", "took", "cause", "inputs", "why"},
		Empty:  "no builds yet: trigger a job with `weir trigger JOB`, or wait until a resource that triggers one has a version",
	}
	for _, b := range all {
		cause := b.Cause
		if b.CreatedBy != "" {
			cause += " by " + b.CreatedBy
		}
		why := b.Message
		if why == "" {
			why = condition(b.Waiting)
		}
		t.Rows = append(t.Rows, []Cell{Text(b.Pipeline), Text(BuildName(b)), Status(b.Status), Text(Ago(now, b.StartedAt)),
			Text(Took(now, b.StartedAt, b.EndedAt)), Text(cause), Text(inputs(b.Inputs)), {Text: why, Style: Gray}})
	}
	return t
}

// Resources is the table of resources with their newest version.
func Resources(now time.Time, all []*weirv1.Resource) Table {
	t := Table{
		Header: []string{"pipeline", "resource", "checked", "next", "versions", "latest", "state"},
		Empty:  "no resources yet: add a resource to the pipeline and run `weir apply`",
	}
	for _, r := range all {
		t.Rows = append(t.Rows, []Cell{Text(r.Pipeline), Text(strings.TrimPrefix(r.Address, "resource.")),
			Text(Ago(now, r.LastChecked)), Text(Ago(now, r.NextCheck)), number(r.Versions), Text(shortVersion(r.Latest)), resourceState(r)})
	}
	return t
}

// Versions is the table of a resource's versions, newest first.
func Versions(now time.Time, resource string, all []*weirv1.Version) Table {
	t := Table{
		Header: []string{"version", "found", "state", "about"},
		Empty:  fmt.Sprintf("no versions of %s yet: look for some with `weir check %s`", resource, resource),
	}
	for _, v := range all {
		about := make([]string, 0, len(v.Metadata))
		for _, m := range v.Metadata {
			about = append(about, m.Name+"="+m.Value)
		}
		t.Rows = append(t.Rows, []Cell{Text(Pairs(v.Version)), Text(Ago(now, v.CreatedAt)), versionState(v), {Text: strings.Join(about, " "), Style: Gray}})
	}
	return t
}

// versionState is what people decided about a version.
func versionState(v *weirv1.Version) Cell {
	switch {
	case v.Disabled:
		return Cell{Text: "disabled by " + v.DisabledBy, Style: Yellow}
	case v.Pinned:
		return Cell{Text: "pinned", Style: Blue}
	}
	return Text("")
}

// Workers is the table of workers.
func Workers(now time.Time, all []*weirv1.Worker) Table {
	t := Table{
		Header: []string{"worker", "status", "runtime", "platform", "runs", "load", "cpu", "memory", "seen", "version", "tags", "why"},
		Empty:  "no workers yet: start one with `weir worker`; nothing runs before",
	}
	for _, w := range all {
		runs := fmt.Sprintf("%d/%d", w.Running, w.Capacity)
		t.Rows = append(t.Rows, []Cell{Text(w.Name), Status(w.Status), Text(w.Runtime), Text(w.Platform), Text(runs), Text(fmt.Sprintf("%d%%", workerLoad(w))),
			Text(ofAll(w.CpuReserved, w.CpuMillis, Cores)), Text(ofAll(w.MemoryReserved, w.MemoryBytes, Bytes)), Text(Ago(now, w.HeartbeatAt)), Text(w.Version), Text(strings.Join(w.Tags, ",")), {Text: w.Message, Style: Gray}})
	}
	return t
}

// workerLoad is how much is taken of what a worker has least of, in percent.
func workerLoad(w *weirv1.Worker) int64 {
	percent := int64(0)
	for _, of := range [][2]int64{{int64(w.Running), int64(w.Capacity)}, {w.CpuReserved, w.CpuMillis}, {w.MemoryReserved >> 20, w.MemoryBytes >> 20}} {
		if of[1] > 0 {
			percent = max(percent, of[0]*100/of[1])
		}
	}
	return percent
}

// ofAll is how much is taken of what there is; "" where nobody counts it.
func ofAll(of, all int64, text func(int64) string) string {
	if all == 0 {
		return ""
	}
	return text(of) + "/" + text(all)
}

// Policies is the table of a team's policies.
func Policies(now time.Time, all []*weirv1.Policy) Table {
	t := Table{
		Header: []string{"policy", "set", "by", "lines"},
		Empty:  "no policies yet: an owner of the team sets some with `weir policies set DIR`",
	}
	for _, p := range all {
		t.Rows = append(t.Rows, []Cell{Text(p.Name), Text(Ago(now, p.SetAt)), Text(p.SetBy), number(int64(strings.Count(p.Text, "\n")))})
	}
	return t
}

// Drifts is the table of what is not as it was applied.
func Drifts(all []*weirv1.Drift) Table {
	t := Table{
		Header: []string{"pipeline", "address", "reason", "what"},
		Empty:  "No drift: everything is as it was applied.",
	}
	for _, d := range all {
		t.Rows = append(t.Rows, []Cell{Text(d.Pipeline), Text(d.Address), {Text: d.Reason, Style: Yellow}, Text(d.Message)})
	}
	return t
}

// BuildName is what people call a build: unit #3.
func BuildName(b *weirv1.Build) string { return fmt.Sprintf("%s #%d", b.GetJob(), b.GetNumber()) }

func buildCell(b *weirv1.Build) Cell {
	if b == nil {
		return Cell{}
	}
	return Cell{Text: fmt.Sprintf("#%d %s", b.Number, b.Status), Style: StatusStyle(b.Status)}
}

// jobWaits says what keeps the build that is to come, or why there is none.
func jobWaits(j *weirv1.Job) string {
	if j.Next != nil {
		return condition(j.Next.Waiting)
	}
	return condition(j.Waiting)
}

func resourceState(r *weirv1.Resource) Cell {
	if r.Error != "" {
		return Cell{Text: "error: " + r.Error, Style: Red}
	}
	if r.Pin != nil {
		return Cell{Text: pinned(r.Pin), Style: Blue}
	}
	if w := condition(r.Waiting); w != "" {
		return Cell{Text: w, Style: Gray}
	}
	if r.LastChecked == nil {
		return Cell{Text: "not checked yet", Style: Gray}
	}
	return Status("ok")
}

func pinned(p *weirv1.Pin) string {
	text := "pinned to " + shortVersion(p.Version)
	if p.InPipeline {
		return text + " by the pipeline"
	}
	text += " by " + p.By
	if p.Comment != "" {
		text += ": " + p.Comment
	}
	return text
}

func condition(c *weirv1.Condition) string {
	if c == nil {
		return ""
	}
	if c.Message != "" {
		return c.Message
	}
	return c.Reason
}

func inputs(all []*weirv1.BuildVersion) string {
	parts := make([]string, len(all))
	for i, v := range all {
		parts[i] = v.Name + ":" + shortVersion(v.Version)
	}
	return strings.Join(parts, " ")
}

// shortVersion cuts long values (commit ids) to what people recognise them by.
func shortVersion(m map[string]string) string {
	short := make(map[string]string, len(m))
	for k, v := range m {
		short[k] = shorten(v)
	}
	return Pairs(short)
}

// shorten cuts long hexadecimal values to 12 characters, others to 40.
func shorten(v string) string {
	if len(v) >= 32 && strings.Trim(v, "0123456789abcdef") == "" {
		return v[:12]
	}
	return Cut(v, 40)
}

func shortDigest(d string) string {
	algorithm, hex, found := strings.Cut(d, ":")
	if !found {
		return d
	}
	return algorithm + ":" + shorten(hex)
}

func number(n int64) Cell { return Text(strconv.FormatInt(n, 10)) }

// Moved is one address of a stale plan: what became of it, when and by whom.
func Moved(m *weirv1.StalePlan_Moved) string {
	what := "changed"
	switch {
	case m.Expected == "":
		what = "created"
	case m.Actual == "":
		what = "deleted"
	}
	text := fmt.Sprintf("%s was %s", m.Address, what)
	if m.Actor != "" {
		text += " by " + m.Actor
	}
	if m.Revision > 0 {
		text += fmt.Sprintf(" in revision %d", m.Revision)
	}
	return text
}

// Count is a number of things: 1 job, 2 jobs.
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
