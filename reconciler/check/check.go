package check

import (
	"fmt"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// Scope is a row of scopes, its run, and the versions that the run's answer is to
// be compared with.
type Scope struct {
	ID            string
	Resource      graph.Resource
	Type          *graph.ResourceType
	Every         time.Duration // 0: never by itself
	Timeout       time.Duration
	DueAt         time.Time // zero: not by itself
	Requested     bool
	RequestedFrom map[string]string
	Latest        map[string]string // nil: none known
	Failures      int
	Run           *Run // nil: none

	Wanted bool // a resource that is not deleted has it
	Active bool // and one of them is not paused, nor is its pipeline

	Archived bool // the pipelines of all of them are

	Secrets state.Secrets // what the secrets that it names are read with

	Images       []state.ScopeImage // see state.ScopeSnapshot
	CheckedImage string
}

// Run is the row of the check's run.
type Run struct {
	ID       string
	Status   state.RunStatus
	Created  time.Time
	ExitCode *int32
	Message  string
	Infra    bool
	TimedOut bool
	Result   []byte
	Said     string // the last that it wrote, where it failed
}

// Options are what Decide takes besides the rows.
type Options struct {
	Now    time.Time
	Jitter float64   // in [0, 1)
	Turn   time.Time // a check that Waits does not start before; zero: it may
	Eval   protocol.Eval
	Known  func([]map[string]string) Known // asked only where a run found something
}

// Command is one thing to be done: StartCheck, RecordVersions, RecordFailure,
// SetDue or Hold.
type Command interface{ command() }

// StartCheck makes a run.
type StartCheck struct {
	Task  *weirv1.Task
	Tags  []string
	Image string // to be told again as Scope.CheckedImage
}

// RecordVersions keeps what a run found, and the scope is due again at Due.
type RecordVersions struct {
	Run      string
	Versions []Ordered // only those that are new or moved
	Found    int       // new ones
	Due      time.Time // zero: not by itself
}

// RecordFailure keeps why a check failed.
type RecordFailure struct {
	Run      string // "": no run was made
	Error    string
	Failures int
	Due      time.Time
}

// SetDue changes when the scope is due.
type SetDue struct{ At time.Time }

// Hold says why a check that somebody may expect is not made.
type Hold struct{ Reason, Message string }

func (StartCheck) command()     {}
func (RecordVersions) command() {}
func (RecordFailure) command()  {}
func (SetDue) command()         {}
func (Hold) command()           {}

// Decision is what is to be done now, and when to look again; zero: when
// something changes.
type Decision struct {
	Commands []Command
	Wake     time.Time
}

// Decide says what comes next for a scope.
func Decide(s Scope, o Options) Decision {
	d := &decider{Scope: s, Options: o}
	if s.Run != nil && !s.Run.Status.Terminal() {
		d.hold("Running", "a check is "+string(s.Run.Status))
		return d.out
	}
	if s.Run != nil {
		d.ended(*s.Run)
		return d.out
	}
	d.idle()
	return d.out
}

type decider struct {
	Scope
	Options
	out Decision
}

func (d *decider) say(c Command)           { d.out.Commands = append(d.out.Commands, c) }
func (d *decider) hold(reason, msg string) { d.say(Hold{reason, msg}) }
func (d *decider) due() bool               { return !d.DueAt.IsZero() && !d.DueAt.After(d.Now) }

// idle decides about a scope that no run checks now.
func (d *decider) idle() {
	switch {
	case !d.Wanted:
		d.hold("Unused", "no resource has this source any more")
	case d.Archived:
		d.hold("Archived", "the pipelines of its resources are archived")
	case d.Requested:
		d.start()
	case d.Every == 0:
		d.hold("Never", "is checked only when asked for: weir check")
	case !d.Active:
		d.hold("Paused", "its resources, or their pipelines, are paused")
	case d.Turn.After(d.Now) && Waits(d.Scope, d.Now):
		d.wait()
	case d.DueAt.IsZero():
		d.say(SetDue{d.Now})
		d.start()
	case d.due(), d.imageMoved(d.Eval):
		d.start()
	default:
		d.out.Wake = d.DueAt
	}
}

// Waits says that a check is due, and may start when it is its turn; one that was
// asked for takes no turn.
func Waits(s Scope, now time.Time) bool {
	return s.Run == nil && s.Wanted && !s.Requested && s.Every > 0 && s.Active && !s.Archived && (!s.DueAt.After(now) || s.imageMoved(nil))
}

// notable is a wait that people are told of.
const notable = 5 * time.Second

func (d *decider) wait() {
	d.out.Wake = d.Turn
	if d.Turn.Sub(d.Now) > notable {
		d.hold("Paced", "many checks are due at once and are spread, so as to flood nobody: the turn of this one is at "+d.Turn.UTC().Format(time.TimeOnly)+" UTC")
	}
}

func (d *decider) start() {
	if why := d.noImage(); why != "" {
		d.awaitImage(why)
		return
	}
	task, err := d.task()
	if err != nil {
		d.fail("", err.Error(), d.base())
		return
	}
	d.say(StartCheck{task, d.Resource.Tags, imageOf(task)})
}

func (d *decider) task() (*weirv1.Task, error) {
	t, err := protocol.Task(d.Resource, d.Type, []string{"/opt/resource/check"})
	if err != nil {
		return nil, err
	}
	if err := d.images(d.Eval).Complete(t, d.firstType()); err != nil {
		return nil, fmt.Errorf("the image of %s: %w", d.Resource.TypeRef, err)
	}
	req := protocol.Request{Version: d.Latest}
	if d.Requested && d.RequestedFrom != nil {
		req.Version = d.RequestedFrom
	}
	if req.Source, err = (protocol.Resolver{Eval: d.Eval, Later: true}).Map(protocol.Source(d.Resource, d.Type)); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	t.TimeoutMs, t.Dir = d.Timeout.Milliseconds(), "/tmp/build"
	t.Labels = map[string]string{"scope": d.ID, "step": "check"}
	if asked := req.Deferred(); len(graph.SecretRefs(asked)) > 0 {
		t.Later, err = protocol.Later{Secrets: d.Secrets, Request: asked}.Bytes()
		return t, err
	}
	t.Stdin, err = req.Bytes()
	return t, err
}
