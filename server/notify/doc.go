// Package notify sends notifications: to webhooks, to what takes messages as Slack
// does, by e-mail, and as statuses of commits to GitHub, GitLab and Gitea. What is
// sent when, and what is tried again, package reconciler/notify decides.
//
//	delivery ─▶ secrets read, expressions evaluated ─▶ sender of its kind ─▶ what came of it, without secrets
//
// Where things are sent is for a pipeline to say, which need not be trusted: only
// addresses that everybody reaches are dialled, and what the operator names besides;
// no redirect is followed; an answer is read to 64 KiB, and an attempt ends after
// ten seconds. A secret is read for one attempt and is in nothing that is kept.
package notify
