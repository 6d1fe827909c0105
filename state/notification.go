package state

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// NotificationState is where a notification is.
type NotificationState string

// The states of a notification.
const (
	NotificationWaiting NotificationState = "waiting"
	NotificationSent    NotificationState = "sent"
	NotificationSkipped NotificationState = "skipped" // there was nobody to tell any more, or nothing
	NotificationDead    NotificationState = "dead"    // given up; somebody may want it tried again
)

var notificationMoves = table[NotificationState]{
	NotificationWaiting: {NotificationWaiting, NotificationSent, NotificationSkipped, NotificationDead}, // waiting: after an attempt
	NotificationDead:    {NotificationWaiting},
}

// Move checks a notification's transition.
func (s NotificationState) Move(to NotificationState) error {
	return notificationMoves.check("notification", s, to)
}

// From lists the states that may move to this one.
func (s NotificationState) From() []string { return notificationMoves.from(s) }

// StatusStarted and StatusTest are told besides how builds end.
const (
	StatusStarted = "started"
	StatusTest    = "test"
)

// NotificationRow is what is looked at to decide what happens to a notification.
type NotificationRow struct {
	ID       string
	Number   int64
	Kind     string
	Status   string // of the build: started, or as it ended; test
	State    NotificationState
	Attempts int
	Since    time.Time // when it was first to be sent
	Next     time.Time // not before
}

// NotificationSnapshot is all that is to be told to one address of one build, oldest
// first.
type NotificationSnapshot struct {
	Now    time.Time // of the database
	Wanted bool      // the pipeline still has the address
	Rows   []NotificationRow
}

// NotificationChange is what becomes of one notification.
type NotificationChange struct {
	ID       string
	Kind     string
	State    NotificationState
	Attempts int
	Next     time.Time // where it waits
	Reason   string    // why it is not sent
}

// Delivery is a notification and all that can be told.
type Delivery struct {
	ID, Address, Kind        string
	Number                   int64
	Team, Pipeline           string
	Status, Change, Previous string
	Message                  string
	At                       time.Time // when it happened
	Test                     bool      // there is no build
	AskedBy                  string    // for a test
	Config                   graph.Map
	Secrets                  Secrets // that config names
	Build                    ToldBuild
}

// ToldBuild is the build that a notification is about.
type ToldBuild struct {
	ID, CreatedBy  string
	Job            graph.Address
	Number         int64
	Params         graph.Map // with defaults
	Inputs         []ToldInput
	Started, Ended time.Time // zero: not yet
}

// ToldInput is a version that the build has.
type ToldInput struct {
	Name     string
	Resource graph.Address
	Version  map[string]string
}

// Delivered is what an attempt came to.
type Delivered struct {
	OK         bool
	Skip       bool          // there is nothing to tell there
	Hopeless   bool          // another attempt would come to the same
	RetryAfter time.Duration // that the other side asks for
	Reason     string        // in words, without secrets; "" where OK
}

// NotificationInfo is a notification as people see it.
type NotificationInfo struct {
	Number                      int64
	ID, Pipeline, Address, Kind string
	Job                         graph.Address // "": a test
	Build                       int64
	Status, Change              string
	State                       NotificationState
	Attempts                    int
	Created, Next, Ended        time.Time // Ended zero: it waits
	Reason, AskedBy             string
}

// NotificationCount is how many of a kind are in a state.
type NotificationCount struct {
	Kind  string
	State NotificationState
	Total int64
}

// NotifyKey asks for a look at what is to be told to an address of a build; of a
// test the notification's id is in the build's place.
func NotifyKey(build, address string) Key { return Key("notify/" + build + "/" + address) }
