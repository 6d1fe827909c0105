package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
	"github.com/weirci/weir/worker/logfile"
)

// LoadScope is a scope with the run that checks it.
func (s *Store) LoadScope(ctx context.Context, id string) (state.ScopeSnapshot, error) {
	var h db.ScopeHeadRow
	var asked []string
	err := s.together(ctx,
		func(q *db.Queries) (err error) { h, err = q.ScopeHead(ctx, id); return err },
		func(q *db.Queries) (err error) { asked, err = q.JobsThatAsked(ctx, id); return err },
	)
	if err != nil {
		return state.ScopeSnapshot{}, fmt.Errorf("load scope %s: %w", id, notFound(err))
	}
	snap := state.ScopeSnapshot{
		Now: h.Now, ID: h.ID, Every: time.Duration(h.EveryMs) * time.Millisecond, Timeout: time.Duration(h.TimeoutMs) * time.Millisecond,
		DueAt: orZero(h.CheckDueAt), Requested: h.CheckRequestedAt != nil, Failures: int(h.Failures), Wanted: h.Wanted, Active: h.Active, Archived: h.Archived,
		Asked: asked, CheckedImage: h.CheckedImage,
	}
	if err := decodeScope(&snap, h); err != nil {
		return snap, fmt.Errorf("load scope %s: %w", id, err)
	}
	if snap.Type != nil && snap.Type.ImageResource != "" {
		if snap.Images, err = s.scopeImages(ctx, id); err != nil {
			return snap, fmt.Errorf("load scope %s: the image of its type: %w", id, err)
		}
	}
	if h.CheckRunID != nil {
		run, err := s.q.RunByID(ctx, *h.CheckRunID)
		if err != nil {
			return snap, fmt.Errorf("load scope %s: its run: %w", id, notFound(err))
		}
		row := runRow(run)
		snap.Run = &row
		if snap.Said, err = s.lastWords(ctx, row); err != nil {
			return snap, fmt.Errorf("load scope %s: %w", id, err)
		}
	}
	return snap, nil
}

// lastWords is what a run that failed wrote at its end, as one line; "" for others.
func (s *Store) lastWords(ctx context.Context, run state.RunRow) (string, error) {
	if run.ExitCode == nil || *run.ExitCode <= 0 {
		return "", nil
	}
	text, err := s.endOfLog(ctx, run.ID)
	if err != nil {
		return "", fmt.Errorf("what its run said: %w", err)
	}
	return lastLines(text), nil
}

// endOfLog is what a run wrote last, both streams in their order.
func (s *Store) endOfLog(ctx context.Context, run string) (string, error) {
	chunks, err := s.q.LastLogChunks(ctx, run)
	if err != nil {
		return "", err
	}
	var text []byte
	for _, c := range slices.Backward(chunks) {
		records, err := s.logs.Unpack(c)
		if err != nil {
			return "", err
		}
		for r := range logfile.Decode(records) {
			text = append(text, r.Data...)
		}
	}
	return string(text), nil
}

const (
	saidLines = 3
	saidBytes = 500
)

// lastLines joins the last lines that say something.
func lastLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD")); line != "" {
			lines = append(lines, line)
		}
	}
	said := strings.ReplaceAll(strings.Join(lines[max(0, len(lines)-saidLines):], "; "), "\x00", "")
	if len(said) > saidBytes {
		said = "…" + strings.ToValidUTF8(said[len(said)-saidBytes:], "")
	}
	return said
}

func decodeScope(snap *state.ScopeSnapshot, h db.ScopeHeadRow) error {
	spec, err := graph.DecodeSpec(graph.KindResource, h.ResourceSpec)
	if err != nil {
		return err
	}
	snap.Resource = spec.(graph.Resource)
	if len(h.TypeSpec) > 0 {
		typ, err := graph.DecodeSpec(graph.KindResourceType, h.TypeSpec)
		if err != nil {
			return err
		}
		t := typ.(graph.ResourceType)
		snap.Type = &t
	}
	if snap.Secrets, err = decodeSecrets(h.Secrets); err != nil {
		return fmt.Errorf("its secrets: %w", err)
	}
	for raw, into := range map[*[]byte]*map[string]string{&h.Latest: &snap.Latest, &h.CheckRequestedFrom: &snap.RequestedFrom} {
		if len(*raw) > 0 {
			if err := json.Unmarshal(*raw, into); err != nil {
				return fmt.Errorf("a version: %w", err)
			}
		}
	}
	return nil
}

// KnownVersions are the places of versions that the scope has, by digest, and the
// highest place there is.
func (s *Store) KnownVersions(ctx context.Context, scopeID string, versions []map[string]string) (orders map[string]int64, most int64, err error) {
	digests := make([]string, len(versions))
	for i, v := range versions {
		digests[i] = state.VersionDigest(v)
	}
	rows, err := s.q.KnownVersions(ctx, scopeID, digests)
	if err == nil {
		most, err = s.q.MostVersionOrder(ctx, scopeID)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("known versions of scope %s: %w", scopeID, err)
	}
	orders = make(map[string]int64, len(rows))
	for _, r := range rows {
		orders[r.Digest] = r.CheckOrder
	}
	return orders, most, nil
}

// ScopeUsers are the live resources of scopes, by the scopes' keys or one's id.
func (s *Store) ScopeUsers(ctx context.Context, id string, keys ...string) ([]state.ResourceUser, error) {
	var out []state.ResourceUser
	if id != "" {
		rows, err := s.q.ScopeUsers(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("users of scope %s: %w", id, err)
		}
		for _, r := range rows {
			out = append(out, state.ResourceUser{PipelineID: r.PipelineID, Revision: r.Revision, ResourceID: r.ID, Address: graph.Address(r.Address)})
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	rows, err := s.q.ScopeUsersByKey(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("users of scopes: %w", err)
	}
	for _, r := range rows {
		out = append(out, state.ResourceUser{PipelineID: r.PipelineID, Revision: r.Revision, ResourceID: r.ID, Address: graph.Address(r.Address)})
	}
	return out, nil
}

// CommitScope does what was decided for a scope, all or nothing. It does not wait
// for the disk: if a crash forgets it, the same is decided again, from the answer
// that the run has kept or by another check; nobody acts on it before a later
// commit, of a place or of a build, has waited for both.
func (s *Store) CommitScope(ctx context.Context, c state.Claim, ch state.ScopeChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error {
		if err := q.CommitSoon(ctx); err != nil {
			return err
		}
		return commitScope(ctx, q, ch)
	})
	if err != nil {
		return fmt.Errorf("commit scope %s: %w", ch.ID, err)
	}
	return nil
}

func commitScope(ctx context.Context, q *db.Queries, ch state.ScopeChange) error {
	if err := q.LockScope(ctx, ch.ID); err != nil {
		return err
	}
	if !ch.SetDue.IsZero() {
		if err := q.ScopeSetDue(ctx, ch.SetDue, ch.ID); err != nil {
			return err
		}
	}
	if err := answerChecks(ctx, q, ch); err != nil {
		return err
	}
	keys, err := scopeRun(ctx, q, ch)
	if err != nil {
		return err
	}
	if ch.Condition == nil {
		err = q.DropConditions(ctx, []string{"scope/" + ch.ID})
	} else {
		err = putConditions(ctx, q, []state.Condition{*ch.Condition})
	}
	if err != nil {
		return err
	}
	return enqueue(ctx, q, append(keys, ch.Enqueue...)...)
}

// scopeRun begins a check or keeps what one said.
func scopeRun(ctx context.Context, q *db.Queries, ch state.ScopeChange) ([]state.Key, error) {
	switch {
	case ch.Start != nil:
		tags := ch.Start.Tags
		if tags == nil {
			tags = []string{}
		}
		if err := q.InsertCheckRun(ctx, ch.Start.ID, &ch.ID, ch.Start.Task, tags); err != nil {
			return nil, fmt.Errorf("insert the run: %w", err)
		}
		return []state.Key{state.KeyPlace}, q.ScopeCheckStarts(ctx, ch.Start.ID, ch.Image, ch.ID)
	case ch.Found != nil:
		return scopeFound(ctx, q, ch.ID, *ch.Found)
	case ch.Failed != nil:
		f := ch.Failed
		return scopeKeys(q.ScopeCheckFailed(ctx, db.ScopeCheckFailedParams{Failures: int32(f.Failures), LastError: f.Error, Due: orNil(f.Due), NoRun: f.NoRun, ID: ch.ID}))
	}
	return nil, nil
}

func scopeFound(ctx context.Context, q *db.Queries, id string, f state.ScopeFound) ([]state.Key, error) {
	var versions, digests []string
	var ords []int64
	for i, v := range f.Versions {
		versions, digests, ords = append(versions, string(state.VersionJSON(v))), append(digests, state.VersionDigest(v)), append(ords, int64(i)+1)
	}
	if len(versions) > 0 {
		if err := q.PutVersionsOnTop(ctx, id, versions, digests, ords); err != nil {
			return nil, fmt.Errorf("keep versions: %w", err)
		}
	}
	return scopeKeys(q.ScopeCheckFound(ctx, orNil(f.Due), id))
}
