package state

// Fault says on whose account something went wrong.
type Fault string

// The kinds of faults; "" is nobody's: it succeeded, or somebody ended it.
const (
	FaultUser   Fault = "user"   // the pipeline's, or what it runs
	FaultSystem Fault = "system" // a worker's or a server's: to run it again may help
	FaultPolicy Fault = "policy" // a rule or a person said no
)
