package diag

// The codes of lint. What they say is right in form and meaning, and most likely
// not what was wanted. A code never changes its meaning and is never used again.
const (
	ImageNotPinned     Code = "W4001"
	SecretLiteral      Code = "W4002"
	UnusedResource     Code = "W4003"
	UnusedTask         Code = "W4004"
	UnusedVariable     Code = "W4005"
	UnusedLocal        Code = "W4006"
	UnusedSecretSource Code = "W4007"
	UnusedGet          Code = "W4008"
	NeverTriggered     Code = "W4009"
	NoTimeout          Code = "W4010"
	PrivilegedTask     Code = "W4011"
	CheckedTooOften    Code = "W4012"
	InverseGroups      Code = "W4013"
	PutsAtOnce         Code = "W4014"
	Deprecated         Code = "W4015"
	NearlyTheSame      Code = "W4016"
	Shadowed           Code = "W4017"
	WideAcross         Code = "W4018"
	UnknownTag         Code = "W4019"
	SchemaRefuses      Code = "W4020"
	DeadChain          Code = "W4021"

	IgnoreMalformed Code = "W4090"
	IgnoreUnused    Code = "W4091"
	PolicyDenied    Code = "W4095"
	PolicyWarned    Code = "W4096"
	PolicyBroken    Code = "W4097"
)

// lintMeanings is read only.
var lintMeanings = map[Code]string{
	ImageNotPinned:     "An image is named by a tag, which may be moved to another image, and not by its digest.",
	SecretLiteral:      "A text looks like a secret.",
	UnusedResource:     "No job gets or puts a resource.",
	UnusedTask:         "No step uses a shared task.",
	UnusedVariable:     "Nothing uses a variable.",
	UnusedLocal:        "Nothing uses a local value.",
	UnusedSecretSource: "Nothing uses a secret source.",
	UnusedGet:          "A get step fetches what no step uses, and starts no build.",
	NeverTriggered:     "Neither a version nor a schedule nor a person can start a job.",
	NoTimeout:          "A task may run for ever.",
	PrivilegedTask:     "A task runs with all rights on its worker.",
	CheckedTooOften:    "A resource is checked more often than every ten seconds.",
	InverseGroups:      "Two jobs name the same serial groups in inverse order.",
	PutsAtOnce:         "Builds of one job may put at the same time.",
	Deprecated:         "An argument will go away.",
	NearlyTheSame:      "Two names differ only in case.",
	Shadowed:           "A name hides another thing of that name.",
	WideAcross:         "An across multiplies one step into more than 256.",
	UnknownTag:         "No worker has all of the tags that are asked for.",
	SchemaRefuses:      "The type of a resource does not take what it is given.",
	DeadChain:          "No version can come through all jobs of a passed chain.",

	IgnoreMalformed: "A weir:ignore comment lacks a code of lint or a reason.",
	IgnoreUnused:    "A weir:ignore comment silences nothing.",
	PolicyDenied:    "A policy forbids it.",
	PolicyWarned:    "A policy advises against it.",
	PolicyBroken:    "A policy cannot be evaluated.",
}

// Lint reports whether the code is one of lint: such a problem can be silenced.
func (c Code) Lint() bool { return len(c) == 5 && c[:2] == "W4" }
