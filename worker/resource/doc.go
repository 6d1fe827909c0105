// Package resource is Concourse's resource protocol: what goes into the programs
// /opt/resource/check, in and out on standard input, and what they answer on
// standard output. Standard error is the log.
//
//	check      {source, version}          ─▶ [version, …]          oldest first
//	in DIR     {source, version, params}  ─▶ {version, metadata}   DIR is filled
//	out DIR    {source, params}           ─▶ {version, metadata}   DIR has the inputs
//
// The types that are built into Weir speak it too: packages git, timer and mock
// hold one each, package types is the program around them. They run in an
// otherwise empty root, so they need no other program and no file that they do
// not make: what they do take from outside is in Host.
package resource
