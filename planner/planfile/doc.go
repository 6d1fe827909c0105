// Package planfile is a saved plan: what weir plan --out writes and weir apply
// reads. The file is a line that says what it is, and the plan's canonical bytes;
// it is as reproducible as the plan. The same bytes travel between client and
// server. It holds definitions, so only its owner may read it.
package planfile
