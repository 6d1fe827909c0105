package doctor

// Invariant is something that always holds, and what checks it.
type Invariant struct {
	Says     string
	Property []string // functions that test it, by file: over random inputs, histories or crashes where that is possible
	Schema   string   // what of the schema or of statements makes it so
	Doctor   []string // checks of weir doctor, on a live database
}

// Invariants are those of the architecture.
func Invariants() []Invariant {
	return []Invariant{
		{Says: "Compiling is a function: the same inputs give the same bytes.",
			Property: []string{"examples/examples_test.go"}},
		{Says: "A plan after an apply is empty.",
			Property: []string{"cmd/weir/testdata/script/moved.txtar"}, Doctor: []string{"weir drift"}},
		{Says: "A plan whose touched addresses moved never applies; two disjoint plans both do.",
			Property: []string{"state/postgres/apply_test.go:TestAStalePlanIsRefused", "state/postgres/concurrent_test.go:TestDisjointAppliersNeverRefuseEachOther"}},
		{Says: "No job runs more builds at once than `max_in_flight`.",
			Property: []string{"reconciler/schedule/property_test.go:TestDecideIsSafe", "reconciler/sim/sim_test.go:TestSim"}, Schema: "the commit of a job counts its running builds", Doctor: []string{"max_in_flight"}},
		{Says: "No two builds of one serial group run at once.",
			Property: []string{"reconciler/schedule/property_test.go:TestDecideIsSafe", "reconciler/sim/sim_test.go:TestSim"}, Schema: "the commit of a job asks for the running builds of its groups", Doctor: []string{"serial_groups"}},
		{Says: "A run's effects are accepted from one epoch only.",
			Property: []string{"state/postgres/fence_test.go:TestAFencedHolderCannotCommit", "reconciler/sim/sim_test.go:TestSim"}, Schema: "each report names run, worker and epoch in its `WHERE`", Doctor: []string{"places", "runs_once"}},
		{Says: "With `version = \"every\"` each version gets exactly one build; a new version makes one build of a job.",
			Property: []string{"reconciler/schedule/property_test.go:TestEveryVersionGetsOneBuild", "reconciler/sim/sim_test.go:TestSim"}, Doctor: []string{"every"}},
		{Says: "Inputs with `passed` come out of builds that really passed, and together.",
			Property: []string{"reconciler/schedule/property_test.go:TestResolveIsTheBestThereIs", "reconciler/past_test.go:TestWhatPassedLongAgoIsFound", "reconciler/sim/sim_test.go:TestSim"}, Doctor: []string{"passed", "passages"}},
		{Says: "A run is on a worker that may have it: of its team or of all, with its tags; and one that refuses new runs gets none.",
			Property: []string{"reconciler/place/safe_test.go:TestPlacingIsSafe", "reconciler/sim/sim_test.go:TestSim"}},
		{Says: "Nothing of an archived pipeline starts or is checked.",
			Property: []string{"reconciler/sim/sim_test.go:TestSim"}},
		{Says: "No build starts while it is paused, nor with a version that is disabled or not the one that is pinned, unless it does another again.",
			Property: []string{"reconciler/schedule/still_test.go:TestAQueuedBuildLosesItsVersion", "reconciler/sim/sim_test.go:TestSim"}},
		{Says: "Of a build that was aborted nothing begins but what cleans up, and what goes on is told to end.",
			Property: []string{"reconciler/build/property_test.go:TestEveryBuildEnds", "reconciler/sim/sim_test.go:TestSim"}},
		{Says: "A build number is never used again.",
			Property: []string{"reconciler/sim/sim_test.go:TestSim"}, Schema: "`UNIQUE (job_id, number)`; the next number is a column that only grows", Doctor: []string{"numbers"}},
		{Says: "A tick of a schedule makes one build at most.",
			Property: []string{"reconciler/schedule_test.go:TestEachTickHasOneBuild", "reconciler/sim/sim_test.go:TestSim"}, Schema: "a unique index on job and tick", Doctor: []string{"ticks"}},
		{Says: "No byte of a log that was acknowledged to a worker is lost.",
			Property: []string{"server/workerapi/protocol_test.go:TestAPieceOfLogIsKeptOnceAndInOrder"}, Schema: "a piece is accepted in the statement that keeps it"},
		{Says: "A terminal state is final, and of what has ended nothing goes on.",
			Property: []string{"reconciler/build/property_test.go:TestEveryBuildEnds", "reconciler/sim/sim_test.go:TestSim"}, Schema: "each move names the states that it may leave in its `WHERE`; an ended build has an end", Doctor: []string{"build_over", "approvals"}},
		{Says: "No secret value is in the graph, a plan, a log, a metric, an error or, in clear, the database.",
			Property: []string{"cmd/weir/secrets_test.go:TestSecretsAreNowhere"}},
		{Says: "Each status of a build that somebody is to be told of is told, and by no more than one server at a time.",
			Property: []string{"state/postgres/notify_test.go:TestMovesAreTold", "reconciler/notify_test.go:TestEachStatusIsToldOnce", "reconciler/notify_test.go:TestAServerDiesBetweenSendingAndWriting"},
			Schema:   "a trigger on the build's status; `UNIQUE (build_id, address, status)`", Doctor: []string{"notifications"}},
		{Says: "Everything deleted leaves no orphan volume, container or row.",
			Property: []string{"server/workerapi/worker_test.go:TestOrphansAreRemovedFromTheWorker", "reconciler/reconciler_test.go:TestGarbageGoes"}, Schema: "foreign keys", Doctor: []string{"orphans"}},
		{Says: "What is in the audit stays as it was written, until it is forgotten from its beginning on.",
			Property: []string{"state/postgres/chain_test.go:TestTheChainTells"}, Schema: "a trigger refuses all but the seal and what is forgotten", Doctor: []string{"audit_chain"}},
		{Says: "A team never sees another's objects.",
			Property: []string{"server/builds_test.go:TestTeamsDoNotSeeEachOther", "state/postgres/apply_test.go:TestTeamsDoNotSeeEachOther"}, Schema: "every query takes the team", Doctor: []string{"teams"}},
		{Says: "What is to be looked at is looked at.",
			Property: []string{"cmd/weir/fault_test.go:TestABuildSurvives", "cmd/weir/kill_test.go:TestKilledInTheMiddleOfABuild", "reconciler/sim/sim_test.go:TestSim"}, Schema: "work is enqueued in the transaction that makes it; a sweep under that", Doctor: []string{"stuck"}},
	}
}
