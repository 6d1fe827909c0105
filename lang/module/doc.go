// Package module finds the directories of modules: beside the files that call
// them, or among what was fetched before. It never uses the network while a
// pipeline is compiled.
package module
