package diag

import "slices"

// Code is the stable name of a kind of problem: W0xxx parse, W1xxx reference,
// W2xxx type, W3xxx semantics, W4xxx lint.
type Code string

// The codes. A code never changes its meaning and is never used again.
const (
	Syntax        Code = "W0001"
	Unreadable    Code = "W0002"
	NotUTF8       Code = "W0003"
	TooDeep       Code = "W0004"
	NoFiles       Code = "W0005"
	UnknownBlock  Code = "W0006"
	UnknownField  Code = "W0007"
	WrongLabels   Code = "W0008"
	NotSupported  Code = "W0009"
	RepeatedBlock Code = "W0010"
	MissingField  Code = "W0011"
	TooLarge      Code = "W0012"
	TooExpensive  Code = "W0030"

	UnknownName         Code = "W1001"
	UnknownVariable     Code = "W1002"
	UnknownResource     Code = "W1003"
	UnknownJob          Code = "W1004"
	UnknownTask         Code = "W1005"
	UnknownResourceType Code = "W1006"
	UnknownLocal        Code = "W1007"
	UnknownArtifact     Code = "W1008"
	UnknownFunction     Code = "W1009"
	Ambiguous           Code = "W1010"
	DefinedTwice        Code = "W1011"
	UnknownGet          Code = "W1012"
	UnknownBuildField   Code = "W1013"
	Cycle               Code = "W1014"
	Undeclared          Code = "W1015"
	UnknownSecretSource Code = "W1024"
	UnknownLoad         Code = "W1025"
	UnknownAcross       Code = "W1026"
	UnknownParam        Code = "W1027"
	UnknownStep         Code = "W1028"
	UnknownRule         Code = "W1040"

	UnknownModule   Code = "W1020"
	UnknownOutput   Code = "W1021"
	UnknownInstance Code = "W1022"
	BadModuleSource Code = "W1023"
	UnknownPackage  Code = "W1045"
	ModuleCycle     Code = "W1019"
	ModuleNotLocked Code = "W1050"
	ModuleMissing   Code = "W1051"
	ModuleChanged   Code = "W1052"
	BadLock         Code = "W1053"
	CannotFetch     Code = "W1054"
	NoSuchVersion   Code = "W1055"
	UnsafeModule    Code = "W1056"

	WrongType      Code = "W2001"
	WrongReference Code = "W2002"
	BadDuration    Code = "W2003"
	BadSize        Code = "W2004"
	OutOfRange     Code = "W2005"
	BadExpression  Code = "W2006"
	BadChoice      Code = "W2007"
	TooMuch        Code = "W2009"
	BadSchedule    Code = "W2008"
	ValuesConflict Code = "W2020"
	NotConcrete    Code = "W2021"

	NoValue          Code = "W3001"
	Invalid          Code = "W3002"
	OnlyAtRunTime    Code = "W3003"
	NeverPassed      Code = "W3004"
	PassedCycle      Code = "W3005"
	IncompleteTask   Code = "W3006"
	Conflict         Code = "W3007"
	BadName          Code = "W3008"
	StepTwice        Code = "W3009"
	BadImage         Code = "W3010"
	BadPath          Code = "W3011"
	SensitiveValue   Code = "W3012"
	OnePipeline      Code = "W3013"
	Empty            Code = "W3014"
	ArtifactConflict Code = "W3015"
	BadRepeat        Code = "W3020"
	SecondPhase      Code = "W3021"
	TooMany          Code = "W3022"
	CheckFailed      Code = "W3023"
	BadMove          Code = "W3024"
	WrongVersion     Code = "W3040"
	CannotCompile    Code = "W3099"
)

// meanings is read only.
var meanings = map[Code]string{
	Syntax:        "The file does not follow the syntax of its language.",
	Unreadable:    "A file or directory cannot be read.",
	NotUTF8:       "The file is not valid UTF-8.",
	TooDeep:       "An expression or block is nested too deeply.",
	NoFiles:       "The directory holds no pipeline.",
	UnknownBlock:  "A block of this type is not expected here.",
	UnknownField:  "An argument of this name is not expected here.",
	WrongLabels:   "A block has too few or too many labels.",
	NotSupported:  "The language has this, but this version of Weir does not.",
	RepeatedBlock: "A block that may stand once stands more than once.",
	MissingField:  "An argument that is needed is missing.",
	TooLarge:      "The file is larger than a pipeline file may be.",
	TooExpensive:  "Evaluating CUE takes more time or memory than it may.",

	UnknownName:         "An expression names something that does not exist.",
	UnknownVariable:     "No variable has this name.",
	UnknownResource:     "No resource has this name.",
	UnknownJob:          "No job has this name.",
	UnknownTask:         "No shared task has this name.",
	UnknownResourceType: "No resource type, built in or declared, has this name.",
	UnknownLocal:        "No local value has this name.",
	UnknownArtifact:     "No earlier step of the job makes an artifact of this name.",
	UnknownFunction:     "No function has this name.",
	Ambiguous:           "A name fits more than one resource.",
	DefinedTwice:        "Two blocks define the same address.",
	UnknownGet:          "version.<get> names no get step of the job.",
	UnknownBuildField:   "build.<field> names a field that builds do not have.",
	Cycle:               "Values are defined in terms of one another.",
	UnknownRule:         "No rule of lint has this code.",
	Undeclared:          "A value was given for a variable that is not declared.",
	UnknownSecretSource: "secret.<source> names no secret source.",
	UnknownLoad:         "load.<step> names no load step that ran before.",
	UnknownAcross:       "across.<name> names no across block around.",
	UnknownParam:        "params.<name> names no param of the job.",
	UnknownStep:         "step.<name> names no step that ran before.",

	UnknownModule:   "No module block has this name.",
	UnknownOutput:   "A module has no output of this name.",
	UnknownInstance: "A block with for_each or count has no instance of this key, or a block without them is asked for one.",
	ModuleCycle:     "Modules call one another without end.",
	BadModuleSource: "The source of a module cannot be used.",
	UnknownPackage:  "A CUE file imports a package that cannot be found or used.",
	ModuleNotLocked: "A module from elsewhere is not in the lock.",
	ModuleMissing:   "A module from elsewhere is not in this machine's cache.",
	ModuleChanged:   "A module is not what the lock says it is.",
	BadLock:         "The lock cannot be read.",
	CannotFetch:     "A module cannot be fetched.",
	NoSuchVersion:   "No version of a module satisfies its constraint.",
	UnsafeModule:    "A package of modules holds what it must not hold.",

	WrongType:      "A value has another type than the one that is needed.",
	WrongReference: "A reference names another kind of thing than the one that is needed.",
	BadDuration:    "A duration is not of the form 1h30m.",
	BadSize:        "A size is not of the form 512MiB.",
	OutOfRange:     "A number is outside of what is possible.",
	BadExpression:  "An expression cannot be evaluated.",
	BadChoice:      "A word is not one of those that are possible.",
	TooMuch:        "An expression would take more time or memory than expressions may.",
	BadSchedule:    "A schedule's cron expression or time zone is not one.",
	ValuesConflict: "Two CUE values for one field have nothing in common.",
	NotConcrete:    "A CUE field has a type but no value.",

	NoValue:          "A variable without default was given no value.",
	Invalid:          "A value does not satisfy a variable's validation.",
	OnlyAtRunTime:    "A value that only a run knows stands where it must be known earlier.",
	NeverPassed:      "No version can ever satisfy a passed constraint.",
	PassedCycle:      "Jobs wait for one another through passed.",
	IncompleteTask:   "A task lacks its image or its command.",
	Conflict:         "Two settings exclude each other.",
	BadName:          "A name has characters that names may not have.",
	StepTwice:        "Two get steps of a job have one name.",
	BadImage:         "An image reference cannot be used.",
	BadPath:          "A path is absolute or relative where it must not be.",
	SensitiveValue:   "A sensitive value would be written into the plan.",
	OnePipeline:      "A directory must hold exactly one pipeline block.",
	Empty:            "A block that must hold steps is empty.",
	ArtifactConflict: "Steps that run at once make the same artifact.",
	BadRepeat:        "for_each or count has a value that no instances can be made of.",
	SecondPhase:      "A value that depends on references or module outputs stands where variables and locals alone must do.",
	CheckFailed:      "A check block's condition does not hold for the compiled pipeline.",
	BadMove:          "A moved or removed block contradicts the rest of the files.",
	TooMany:          "The pipeline has more nodes than a pipeline may have.",
	WrongVersion:     "The pipeline wants another version of Weir.",
	CannotCompile:    "The pipeline was read but its graph cannot be built.",
}

// Module says whether a problem is about getting a module.
func (c Code) Module() bool {
	return c == BadModuleSource || c >= ModuleNotLocked && c <= UnsafeModule
}

// Meaning is what a code stands for, in one line.
func (c Code) Meaning() (string, bool) {
	m, ok := meanings[c]
	if !ok {
		m, ok = lintMeanings[c]
	}
	return m, ok
}

// Codes are all codes, sorted.
func Codes() []Code {
	codes := make([]Code, 0, len(meanings))
	for c := range meanings {
		codes = append(codes, c)
	}
	for c := range lintMeanings {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}
