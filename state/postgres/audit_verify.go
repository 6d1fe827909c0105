package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ExportAudit gives the chain, of all teams, from the link after one; 0: from its
// beginning. What it gives is of one moment.
func (s *Store) ExportAudit(ctx context.Context, after int64, each func(state.AuditLink) error) error {
	err := s.readOnly(ctx, func(q *db.Queries) error {
		head, err := q.AuditChain(ctx)
		if err != nil {
			return err
		}
		prev := head.ForgottenHash
		if after > head.ForgottenSeq {
			hash, err := q.AuditHashAt(ctx, after)
			if err != nil {
				return fmt.Errorf("event %d: %w", after, notFound(err))
			}
			prev = *hash
		}
		return walkAudit(ctx, q, after, prev, each)
	})
	return wrap(err, "read the audit")
}

func walkAudit(ctx context.Context, q *db.Queries, after int64, prev string, each func(state.AuditLink) error) error {
	for {
		rows, err := q.SealedEvents(ctx, after, eventsAtOnce)
		if err != nil {
			return err
		}
		for _, r := range rows {
			l := link(r, prev)
			if err := each(l); err != nil {
				return err
			}
			after, prev = l.Seq, l.Hash
		}
		if len(rows) < eventsAtOnce {
			return nil
		}
	}
}

// VerifyAudit follows the chain from what is kept of its beginning to its head;
// unsealed is how many events have no place in it yet.
func (s *Store) VerifyAudit(ctx context.Context) (chain state.AuditChain, unsealed int64, err error) {
	err = s.readOnly(ctx, func(q *db.Queries) (err error) {
		chain, unsealed, err = verifyAudit(ctx, q)
		return err
	})
	return chain, unsealed, wrap(err, "verify the audit")
}

func verifyAudit(ctx context.Context, q *db.Queries) (state.AuditChain, int64, error) {
	head, err := q.AuditChain(ctx)
	if err != nil {
		return state.AuditChain{}, 0, err
	}
	c := state.AuditChain{Seq: head.ForgottenSeq, Hash: head.ForgottenHash}
	if err := walkAudit(ctx, q, head.ForgottenSeq, head.ForgottenHash, c.Follow); err != nil {
		return c, 0, err
	}
	if c.Seq != head.Seq || c.Hash != head.Hash {
		c.Break("the chain ends with event %d, and ended with %d when it was sealed", c.Seq, head.Seq)
	}
	return c, head.Unsealed, nil
}
