package server

import (
	"maps"
	"slices"
)

// Procedures are those that people call.
func Procedures() []string { return slices.Sorted(maps.Keys(permissions())) }
