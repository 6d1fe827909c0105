// Package secret reads secrets and puts them into tasks that are on their way to a
// worker. Nothing that it reads is stored or logged; its errors name what was
// looked for and never what was found.
//
//	task with names ── Fill ─▶ task with values, and the list of the values
//	                    └─ Source: file, env; where each may read, the operator says
package secret
