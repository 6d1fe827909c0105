package state

import "time"

// ApprovalAsked is a row of approvals to be made: a step asks people.
type ApprovalAsked struct {
	Path, Message string
	Approvers     []string  // role:…, user:…; none: members of the team
	Expires       time.Time // zero: never
}

// ApprovalAnswer is what a person answered.
type ApprovalAnswer struct {
	Approved bool
	By       string
	Comment  string
}
