// Package workertest is what every runtime must do, as tests: a runtime's own
// test calls Run with a way to make one. Read it as the long form of the contract
// in package worker.
//
// The tests run containers on this machine. Where they cannot (no root, no
// containerd), Need skips them loudly, and fails instead where CI=true.
package workertest
