// Package target knows which server a command is for: from flags, the
// environment, a `weir dev` near the current directory, or the user's file of
// named targets. It reads and writes those files and asks no server.
//
// The first of these that says something counts:
//
//	--server, WEIR_SERVER      with --token, WEIR_TOKEN
//	--target NAME              from $XDG_CONFIG_HOME/weir/config.json
//	WEIR_DEV_DIR, .weir/       dev.json of a `weir dev`, found by walking up
//	the current target         of config.json
//	the last `weir dev`        of this user, wherever it runs
package target
