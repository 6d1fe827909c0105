// Package s3 keeps objects in a bucket of Amazon's S3, or of anything that speaks
// like it (MinIO, Ceph, Garage, R2).
package s3
