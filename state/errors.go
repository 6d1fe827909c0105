package state

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNotFound is returned where a row that was asked for is not there, or
	// belongs to another team.
	ErrNotFound = errors.New("not found")
	// ErrFenced is returned to a holder whose lease somebody else has taken.
	ErrFenced = errors.New("the lease is gone")
)

// TransitionError is a move that no state machine has.
type TransitionError struct{ What, From, To string }

func (e *TransitionError) Error() string {
	return fmt.Sprintf("%s: %s never becomes %s", e.What, e.From, e.To)
}

// StaleError is returned by apply where addresses that a plan touches have
// changed since it was made.
type StaleError struct{ Moved []Moved }

// Moved is one address whose ground moved: what the plan was made against, what
// is there now, and who changed it when.
type Moved struct {
	Address  string
	Expected string // spec digest; "" for absent
	Actual   string
	Revision int64
	Actor    string
}

func (e *StaleError) Error() string {
	return fmt.Sprintf("the plan is stale: %d of the addresses it touches changed since it was made", len(e.Moved))
}

// OpenBuildsError is returned where a pipeline is to be destroyed and has builds
// that have not ended.
type OpenBuildsError struct {
	Pipeline string
	Builds   []string // job.unit #3
}

func (e *OpenBuildsError) Error() string {
	shown := strings.Join(e.Builds[:min(5, len(e.Builds))], ", ")
	if len(e.Builds) > 5 {
		shown += ", …"
	}
	return fmt.Sprintf("pipeline %s has %d builds that have not ended (%s): abort them first, or destroy it by force", e.Pipeline, len(e.Builds), shown)
}

// ErrConflict is returned where what a decision was made on has changed before
// it was committed: look again and decide again. Nothing was committed.
var ErrConflict = errors.New("what this was decided on has changed")

// ErrShared is returned where a team would change what another team sees too.
var ErrShared = errors.New("it is shared with another team")
