package graph

// Forge says that a notification is a commit's status: the latest is what counts.
func (n Notification) Forge() bool { return ForgeType(n.Type) }

// ForgeType says that notifications of a type are statuses of commits.
func ForgeType(t string) bool { return t == "github" || t == "gitlab" || t == "gitea" }

// Events are what is told: those that were written, or those of its type.
func (n Notification) Events() []string {
	switch {
	case len(n.On) > 0:
		return n.On
	case n.Forge():
		return []string{"aborted", "errored", "failed", "started", "succeeded"}
	}
	return []string{"errored", "failed", "fixed"}
}

// NotifyAddress is the address of a notification: in a job, or without one in the
// pipeline.
func NotifyAddress(job Address, name string) string {
	if job == "" {
		return "notify." + name
	}
	return string(job) + ".notify." + name
}
