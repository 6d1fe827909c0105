package cli

import "github.com/spf13/cobra"

// addGroups adds all commands in the order in which people meet them.
func addGroups(a *App, root *cobra.Command) {
	cobra.EnableCommandSorting = false
	groups := []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"start", "Start here:", []*cobra.Command{a.devCommand()}},
		{"write", "Write a pipeline, and make it so:", []*cobra.Command{
			a.getCommand(), a.lockCommand(), a.modulesCommand(), a.validateCommand(), a.lintCommand(), a.explainCommand(), a.compileCommand(), a.graphCommand(), a.fmtCommand(), a.consoleCommand(), a.docsCommand(), a.functionsCommand(), a.schemaCommand(), a.lspCommand(), a.planCommand(), a.applyCommand(), a.destroyCommand(), a.policiesCommand()}},
		{"see", "See what there is:", []*cobra.Command{
			a.pipelinesCommand(), a.jobsCommand(), a.buildsCommand(), a.resourcesCommand(), a.versionsCommand(), a.workersCommand(), a.notificationsCommand(), a.driftCommand()}},
		{"run", "Run jobs:", []*cobra.Command{
			a.triggerCommand(), a.watchCommand(), a.interceptCommand(), a.abortCommand(), a.rerunCommand(), a.resumeCommand(), a.pauseCommand(), a.unpauseCommand(), a.archiveCommand(), a.unarchiveCommand(), a.approvalsCommand(), a.approveCommand(), a.rejectCommand(), a.checkCommand(), a.pinCommand(), a.unpinCommand(), a.disableCommand(), a.enableCommand(), a.clearVersionsCommand()}},
		{"operate", "Run an installation:", []*cobra.Command{
			a.serverCommand(), a.workerCommand(), a.migrateCommand(), a.tokenCommand(), a.workerKeyCommand(), a.retentionCommand(), a.doctorCommand(), a.auditCommand()}},
		{"self", "About weir itself:", []*cobra.Command{
			a.targetCommand(), a.versionCommand(), a.completionCommand()}},
	}
	root.AddCommand(a.manCommand(), a.testImageCommand())
	for _, g := range groups {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
}
