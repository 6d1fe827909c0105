// Package draw shows a plan graph to people: as indented lines, as DOT for
// Graphviz, as a Mermaid flowchart, and as a picture in SVG. What is drawn is how versions flow:
// from resources into jobs, from job to job through passed, and out into what
// jobs put. Drawings are deterministic.
package draw
