package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// eventsAtOnce bounds a transaction of the chain's.
const eventsAtOnce = 1000

// SealAudit gives events that have none their place in the chain, some of them; more:
// there may be others. Who changes something waits for none of this.
func (s *Store) SealAudit(ctx context.Context) (more bool, err error) {
	err = s.tx(ctx, func(q *db.Queries) error {
		more = false
		head, err := q.LockAuditChain(ctx)
		if err != nil {
			return err
		}
		rows, err := q.UnsealedEvents(ctx, eventsAtOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		more = len(rows) == eventsAtOnce
		return seal(ctx, q, head.Seq, head.Hash, rows)
	})
	return more, wrap(err, "seal the audit")
}

func seal(ctx context.Context, q *db.Queries, seq int64, hash string, rows []db.UnsealedEventsRow) error {
	var ids, seqs []int64
	var hashes []string
	for _, r := range rows {
		seq++
		l := link(db.SealedEventsRow{Seq: &seq, TeamID: r.TeamID, At: r.At, Actor: r.Actor, Action: r.Action, Subject: r.Subject, Details: r.Details, Address: r.Address}, hash)
		sum, err := l.Sum()
		if err != nil {
			return err
		}
		hash = sum
		ids, seqs, hashes = append(ids, r.ID), append(seqs, seq), append(hashes, hash)
	}
	if err := q.SealEvents(ctx, ids, seqs, hashes); err != nil {
		return err
	}
	return q.MoveAuditHead(ctx, seq, hash)
}

// ForgetAudit deletes sealed events that are older, from the beginning of the chain,
// some of them; more: there may be others. The hash of the last one stays, from which
// the rest follows.
func (s *Store) ForgetAudit(ctx context.Context, older time.Duration) (more bool, err error) {
	err = s.tx(ctx, func(q *db.Queries) error {
		more = false
		if _, err := q.LockAuditChain(ctx); err != nil {
			return err
		}
		rows, err := q.OldEvents(ctx, older.Seconds(), eventsAtOnce)
		if err != nil {
			return err
		}
		over := slices.IndexFunc(rows, func(r db.OldEventsRow) bool { return !r.Over })
		if over < 0 {
			over = len(rows)
		}
		if over == 0 {
			return nil
		}
		more = over == eventsAtOnce
		return forget(ctx, q, rows[over-1])
	})
	return more, wrap(err, "forget old events of the audit")
}

// forget deletes an event and what is before it. The database allows it once the
// chain begins behind them.
func forget(ctx context.Context, q *db.Queries, last db.OldEventsRow) error {
	if err := q.ForgetEvents(ctx, *last.Seq, *last.Hash); err != nil {
		return err
	}
	return q.DeleteForgottenEvents(ctx, *last.Seq)
}

func link(r db.SealedEventsRow, prev string) state.AuditLink {
	l := state.AuditLink{At: r.At.UTC(), Actor: r.Actor, Address: r.Address, Action: r.Action, Subject: r.Subject, Details: r.Details, Prev: prev}
	if r.Seq != nil {
		l.Seq = *r.Seq
	}
	if r.TeamID != nil {
		l.Team = *r.TeamID
	}
	if r.Hash != nil {
		l.Hash = *r.Hash
	}
	return l
}
