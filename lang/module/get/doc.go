// Package get fetches the packages that a pipeline's modules are in, and decides
// what is locked. It answers the same questions as the lock does when a pipeline
// is compiled (it is module.Packages), so that exactly what compiling will need
// is fetched, whatever the expressions are that name it.
//
//	locked, in the cache         kept, without the network
//	locked, not in the cache     fetched as locked; anything else is an error
//	not locked, or --upgrade     the newest that is allowed, fetched and locked
package get
