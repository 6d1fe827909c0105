package state

import "time"

// Policy is a file in CUE that the pipelines of a team are held to.
type Policy struct {
	Name, Text string
	SetBy      string // set by the store, as is SetAt
	SetAt      time.Time
}
