package state

// Spent is where a worker's time with a run went besides the program's own, in
// milliseconds.
type Spent struct {
	Pull   int64 // until its images were there
	Fetch  int64 // until its inputs and caches were in their places
	Create int64 // network, container, services that are ready
	Upload int64 // the result and the rest of the log, after the program's end
}
