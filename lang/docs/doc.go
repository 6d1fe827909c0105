// Package docs makes the page about a module or pipeline: its variables,
// outputs, resources, jobs and modules, as they are written. Nothing is compiled,
// so a module has its page without values for its variables.
package docs
