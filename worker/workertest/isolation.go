package workertest

import "testing"

func isolation(t *testing.T, f Fixture) {}
