// Package notify decides what becomes of notifications: which is sent next, when
// one that could not be sent is tried again, and when it is given up.
//
//	waiting ─▶ sent
//	   │ ▲
//	   │ └── failed: later again, or when the other side says
//	   ├──▶ skipped: nobody is to be told any more
//	   └──▶ dead: hopeless, too many attempts, too old. weir notifications retry: waiting
//
// It is pure. Whoever sends commits what After says, fenced; where that server dies
// first, another sends the same again, with the same id.
package notify
