package server

import (
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/state"
)

// adminTeam is the team whose owners operate the installation.
const adminTeam = "main"

// permission is what a procedure asks of who calls it.
type permission struct {
	least state.Role
	team  string // "": any team; what is seen and done is that team's own
}

// permissions has every procedure that people call. What is not in it is denied.
// As in Concourse, members may change their team's pipelines and viewers look.
func permissions() map[string]permission {
	return map[string]permission{
		weirv1connect.PipelineServiceListPipelinesProcedure:   {least: state.RoleViewer},
		weirv1connect.PipelineServiceGetGraphProcedure:        {least: state.RoleViewer},
		weirv1connect.PipelineServiceDriftProcedure:           {least: state.RoleViewer},
		weirv1connect.PipelineServicePlanProcedure:            {least: state.RoleMember},
		weirv1connect.PipelineServiceApplyProcedure:           {least: state.RoleMember},
		weirv1connect.PipelineServicePausePipelineProcedure:   {least: state.RoleMember},
		weirv1connect.PipelineServiceArchivePipelineProcedure: {least: state.RoleMember},
		weirv1connect.PipelineServiceListPoliciesProcedure:    {least: state.RoleViewer},
		weirv1connect.PipelineServiceSetPoliciesProcedure:     {least: state.RoleOwner},

		weirv1connect.BuildServiceListJobsProcedure:       {least: state.RoleViewer},
		weirv1connect.BuildServiceListBuildsProcedure:     {least: state.RoleViewer},
		weirv1connect.BuildServiceGetBuildProcedure:       {least: state.RoleViewer},
		weirv1connect.BuildServiceWatchProcedure:          {least: state.RoleViewer},
		weirv1connect.BuildServiceTriggerProcedure:        {least: state.RoleMember},
		weirv1connect.BuildServiceRerunProcedure:          {least: state.RoleMember},
		weirv1connect.BuildServicePauseJobProcedure:       {least: state.RoleMember},
		weirv1connect.BuildServiceAbortProcedure:          {least: state.RoleMember},
		weirv1connect.BuildServiceListApprovalsProcedure:  {least: state.RoleViewer},
		weirv1connect.BuildServiceListContainersProcedure: {least: state.RoleViewer},
		// Who is in a container has what its step has: secrets, and what it may push.
		weirv1connect.BuildServiceInterceptProcedure: {least: state.RoleMember},
		weirv1connect.BuildServiceAnswerProcedure:    {least: state.RoleViewer}, // who may is said by each approval itself

		weirv1connect.ResourceServiceListResourcesProcedure: {least: state.RoleViewer},
		weirv1connect.ResourceServiceListVersionsProcedure:  {least: state.RoleViewer},
		weirv1connect.ResourceServiceCheckProcedure:         {least: state.RoleMember},
		weirv1connect.ResourceServiceLastCheckProcedure:     {least: state.RoleViewer},
		weirv1connect.ResourceServicePinProcedure:           {least: state.RoleMember},
		weirv1connect.ResourceServiceUnpinProcedure:         {least: state.RoleMember},
		weirv1connect.ResourceServiceEnableVersionProcedure: {least: state.RoleMember},
		weirv1connect.ResourceServiceClearVersionsProcedure: {least: state.RoleMember},

		weirv1connect.NotificationServiceListNotificationsProcedure: {least: state.RoleViewer},
		weirv1connect.NotificationServiceRetryNotificationProcedure: {least: state.RoleMember},
		weirv1connect.NotificationServiceTestNotificationProcedure:  {least: state.RoleMember},

		weirv1connect.ExplainServiceExplainJobProcedure:      {least: state.RoleViewer},
		weirv1connect.ExplainServiceExplainBuildProcedure:    {least: state.RoleViewer},
		weirv1connect.ExplainServiceExplainResourceProcedure: {least: state.RoleViewer},

		weirv1connect.AdminServiceServerInfoProcedure:  {least: state.RoleViewer},
		weirv1connect.AdminServiceListWorkersProcedure: {least: state.RoleOwner, team: adminTeam},
		weirv1connect.AdminServiceDoctorProcedure:      {least: state.RoleOwner, team: adminTeam},
	}
}
