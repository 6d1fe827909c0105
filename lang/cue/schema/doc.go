// Package schema holds the CUE schema of pipelines, weir.dev/schema@v0: as
// people import it, and as `weir schema` prints it for other tools.
package schema
