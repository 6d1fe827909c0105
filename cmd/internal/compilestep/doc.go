// Package compilestep is what a set_pipeline step runs, as weir step pipeline, in an
// otherwise empty container without a network: it compiles the pipeline that is in an
// artifact and prints its graph; what is wrong with it goes into the step's log.
//
// The files are whatever a step before made, so nobody trusts them: they are read and
// evaluated here, where memory is the container's, and the server decodes the graph as
// it does one that a person sends.
package compilestep
