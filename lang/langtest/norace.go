//go:build !race

package langtest

const race = false
