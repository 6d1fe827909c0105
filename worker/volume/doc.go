// Package volume keeps volumes: directories with handles, below the worker's
// directory, that outlive the containers that use them.
//
// It knows nothing of how they are mounted. Removal renames first, so that a
// handle is free at once and a removal that was cut short is finished by Open.
package volume
