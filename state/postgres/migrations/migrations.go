// Package migrations holds the schema, one SQL file a step, in goose's format.
// A file that has been released is never changed.
package migrations

import "embed"

// FS holds the files.
//
//go:embed *.sql
var FS embed.FS
