// Package lang is the one door to what people write: Load reads a directory in
// whichever notation it is written and gives one config.Config.
package lang
