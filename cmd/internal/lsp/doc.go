// Package lsp is a language server: it lets an editor ask package assist, in the
// Language Server Protocol, and tells it what is wrong with a pipeline while that
// is being typed.
//
// Messages are read one after the other. Notifications are done at once, so that
// each request sees the text of its moment; requests are answered beside one
// another, from files that never change, and can be cancelled. One goroutine
// compiles: what it finds of a text that has changed meanwhile is thrown away.
//
// The protocol's own library for Go is github.com/sourcegraph/jsonrpc2, which needs
// nothing else. The few types of the protocol that are used stand in protocol.go,
// and have only the fields that are used: what an editor says beyond them cannot
// make a message fail.
package lsp
