// Package view turns what the API answers into what people read: tables, log
// lines, plans, and JSON for programs. It only renders: it asks nobody anything,
// reads no clock and knows no flags.
//
// What a terminal can do (colour, width, redrawing) is a Terminal, found once by
// Detect and handed down.
package view
