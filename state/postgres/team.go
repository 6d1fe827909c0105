package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What a secret is for stands before it, so that a scanner knows one it finds.
const (
	tokenPrefix     = "weir_"
	enrolmentPrefix = "weire_"
	secretBytes     = 32
)

// EnsureTeam is the id of a team, which is made if it is not there; that is audited.
func (s *Store) EnsureTeam(ctx context.Context, name string) (id string, err error) {
	if err := s.q.InsertTeam(ctx, operatorOf(ctx), state.OriginOf(ctx).Address, name); err != nil {
		return "", fmt.Errorf("make team %s: %w", name, err)
	}
	return s.TeamID(ctx, name)
}

// TeamID is the id of a team, or ErrNotFound.
func (s *Store) TeamID(ctx context.Context, name string) (string, error) {
	team, err := s.q.GetTeam(ctx, name)
	if err != nil {
		return "", fmt.Errorf("team %s: %w", name, notFound(err))
	}
	return team.ID, nil
}

// CreateToken makes a token of a team. It is returned once; only its hash is
// kept.
func (s *Store) CreateToken(ctx context.Context, team, name string, role state.Role) (plain string, err error) {
	plain = newSecret(tokenPrefix)
	err = s.tx(ctx, func(q *db.Queries) error {
		id, err := q.InsertToken(ctx, name, string(role), hashSecret(plain), team)
		if err != nil {
			return err
		}
		return appendEvent(ctx, q, id, byOperator(ctx, "token.create", "token/"+name, change(nil, role)))
	})
	if err != nil {
		return "", fmt.Errorf("make token %s of team %s: %w", name, team, err)
	}
	return plain, nil
}

// RevokeToken ends all tokens of that name, at once and for good.
func (s *Store) RevokeToken(ctx context.Context, team, name string) error {
	err := s.tx(ctx, func(q *db.Queries) error {
		teams, err := q.RevokeTokens(ctx, team, name)
		if err == nil && len(teams) == 0 {
			err = state.ErrNotFound
		}
		if err != nil {
			return err
		}
		return appendEvent(ctx, q, teams[0], byOperator(ctx, "token.revoke", "token/"+name, change(len(teams), 0)))
	})
	if err != nil {
		return fmt.Errorf("revoke token %s of team %s: %w", name, team, err)
	}
	return nil
}

// Authenticate is whom a token stands for; ErrNotFound for one that was never
// made or is revoked.
func (s *Store) Authenticate(ctx context.Context, plain string) (state.Identity, error) {
	row, err := s.q.GetIdentity(ctx, hashSecret(plain))
	if err != nil {
		return state.Identity{}, fmt.Errorf("token: %w", notFound(err))
	}
	return state.Identity{TeamID: row.TeamID, Team: row.Team, Name: row.Name, Role: state.Role(row.Role)}, nil
}

// CreateEnrolmentKey makes a key that a new worker shows once.
func (s *Store) CreateEnrolmentKey(ctx context.Context, name string) (plain string, err error) {
	plain = newSecret(enrolmentPrefix)
	err = s.tx(ctx, func(q *db.Queries) error {
		if err := q.InsertWorkerKey(ctx, name, hashSecret(plain)); err != nil {
			return err
		}
		return insertEvent(ctx, q, nil, byOperator(ctx, "worker-key.create", "worker-key/"+name, change(0, 1)))
	})
	if err != nil {
		return "", fmt.Errorf("make enrolment key %s: %w", name, err)
	}
	return plain, nil
}

// CheckEnrolmentKey is the name of an enrolment key, or ErrNotFound.
func (s *Store) CheckEnrolmentKey(ctx context.Context, plain string) (name string, err error) {
	name, err = s.q.GetWorkerKey(ctx, hashSecret(plain))
	if err != nil {
		return "", fmt.Errorf("enrolment key: %w", notFound(err))
	}
	return name, nil
}

// RevokeEnrolmentKey ends all enrolment keys of that name; workers that have
// enrolled stay.
func (s *Store) RevokeEnrolmentKey(ctx context.Context, name string) error {
	err := s.tx(ctx, func(q *db.Queries) error {
		n, err := q.RevokeWorkerKeys(ctx, name)
		if err == nil && n == 0 {
			err = state.ErrNotFound
		}
		if err != nil {
			return err
		}
		return insertEvent(ctx, q, nil, byOperator(ctx, "worker-key.revoke", "worker-key/"+name, change(n, 0)))
	})
	if err != nil {
		return fmt.Errorf("revoke enrolment key %s: %w", name, err)
	}
	return nil
}

func newSecret(prefix string) string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// hashSecret needs no salt and no slowness: what it hashes is random.
func hashSecret(plain string) []byte {
	h := sha256.Sum256([]byte(plain))
	return h[:]
}
