package place

// limitActiveTasks leaves out workers that run as many tasks: gets, puts and checks
// do not count. A worker's own --max-tasks goes before, for that worker.
func limitActiveTasks() Strategy {
	return Strategy{
		Name: "limit-active-tasks", Takes: "tasks",
		Does: "none that runs as many tasks; one started with `--max-tasks` goes by its own number",
		limit: func(_ *placer, r *Run, w *Worker, n int) bool {
			return r.Kind == "task" && w.MaxTasks == 0 && w.Busy.Tasks >= n
		},
		rank: func(_ *placer, _ *Run, w *Worker) int64 { return int64(w.Busy.Tasks) },
		fact: func(_ *placer, _ *Run, w *Worker) string { return count(w.Busy.Tasks, "task") },
	}
}
