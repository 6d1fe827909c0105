package state

// DriftReason is what kind of difference a Drift is.
type DriftReason string

// The reasons.
const (
	DriftSpecChanged    DriftReason = "SpecChanged"     // the stored bytes do not have the stored digest
	DriftObjectChanged  DriftReason = "ObjectChanged"   // an object's row and its definition disagree
	DriftVersionMissing DriftReason = "VersionMissing"  // an object has no definition
	DriftVersionOrphan  DriftReason = "VersionOrphan"   // a definition stands for an object that was deleted
	DriftGraphChanged   DriftReason = "GraphChanged"    // the graph does not have its revision's digest
	DriftGraphBroken    DriftReason = "GraphBroken"     // the stored nodes make no valid graph
	DriftNoScope        DriftReason = "ResourceNoScope" // nobody would check the resource
	DriftWrongScope     DriftReason = "ResourceWrongScope"
)

// Drift is a difference between what was applied and what is stored.
type Drift struct {
	Pipeline string
	Address  string // "" for the pipeline as a whole
	Reason   DriftReason
	Message  string
}
