package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// mostHad is how many builds are loaded that had a version. Where there are more,
// the builds of another version tell, which is rarer.
const mostHad = 8

// LoadPast is what succeeded builds had and made, as far as is asked.
func (s *Store) LoadPast(ctx context.Context, query state.PastQuery) (state.PastFacts, error) {
	facts := state.PastFacts{Had: make([]state.HadBuilds, len(query.Had)), Together: make([]bool, len(query.Together))}
	err := s.together(ctx,
		func(q *db.Queries) error { return buildsThatHad(ctx, q, query, facts.Had) },
		func(q *db.Queries) error { return buildsThatHadAll(ctx, q, query.Together, facts.Together) },
	)
	if err != nil {
		return state.PastFacts{}, fmt.Errorf("load what passed: %w", err)
	}
	return facts, nil
}

func buildsThatHad(ctx context.Context, q *db.Queries, query state.PastQuery, out []state.HadBuilds) error {
	p := db.BuildsThatHadParams{Resources: query.Resources, Most: mostHad + 1}
	for i, h := range query.Had {
		p.Ords, p.Jobs, p.Had, p.Versions = append(p.Ords, int32(i)), append(p.Jobs, h.JobID), append(p.Had, h.ResourceID), append(p.Versions, h.VersionID)
	}
	if len(p.Ords) == 0 {
		return nil
	}
	rows, err := q.BuildsThatHad(ctx, p)
	for _, r := range rows {
		had := &out[r.Ord]
		if had.More = len(had.Builds) == mostHad; had.More {
			continue
		}
		b := state.PassedBuild{ID: r.BuildID, Versions: make(map[string][]int64, len(r.Resources))}
		for k, place := range r.Resources {
			resource := query.Resources[place-1]
			b.Versions[resource] = append(b.Versions[resource], r.Versions[k])
		}
		had.Builds = append(had.Builds, b)
	}
	return err
}

func buildsThatHadAll(ctx context.Context, q *db.Queries, questions [][]state.HadVersion, out []bool) error {
	var p db.BuildsThatHadAllParams
	for i, all := range questions {
		for k, h := range all {
			p.Ords, p.Firsts = append(p.Ords, int32(i)), append(p.Firsts, k == 0)
			p.Jobs, p.Resources, p.Versions = append(p.Jobs, h.JobID), append(p.Resources, h.ResourceID), append(p.Versions, h.VersionID)
		}
	}
	if len(p.Ords) == 0 {
		return nil
	}
	yes, err := q.BuildsThatHadAll(ctx, p)
	for _, i := range yes {
		out[i] = true
	}
	return err
}

// recordPassages notes what a build had and made that succeeded.
func recordPassages(ctx context.Context, q *db.Queries, build string) error {
	if err := q.RecordPassages(ctx, build); err != nil {
		return err
	}
	return q.RecordPassed(ctx, build)
}
