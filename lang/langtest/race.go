//go:build race

package langtest

const race = true
