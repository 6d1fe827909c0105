package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// telling is the demo pipeline, which tells a webhook of all builds that break or
// are fixed, and a forge and a chat of those of job.unit.
func telling() specs {
	job := graph.Job{Steps: []graph.Step{get(app), task("test", "make")}, Notify: []graph.Notification{
		{Name: "chat", Type: "slack", On: []string{"failed"}, Config: graph.Map{"url": graph.String("https://chat.example.com")}},
		{Name: "forge", Type: "github", Config: graph.Map{"repository": graph.String("a/b"), "token": graph.Deferred{Source: "${secret.main.token}", Refs: []string{"secret.main.token"}}}},
	}}
	return demo().with(unit, job).with("secret_source.env.main", graph.SecretSource{Type: "env"}).
		with(graph.PipelineAddress, graph.Pipeline{Name: "demo", Notify: []graph.Notification{{Name: "ops", Type: "webhook", On: []string{"fixed", "broken"}, Config: graph.Map{}}}})
}

// moveBuild moves a build of a job through statuses.
func moveBuild(t *testing.T, s *postgres.Store, job graph.Address, number int, to ...string) {
	t.Helper()
	for _, status := range to {
		sql := "UPDATE builds SET status = $3, ended_at = CASE WHEN $3 IN ('pending', 'running') THEN NULL ELSE clock_timestamp() END WHERE number = $2 AND job_id = (SELECT id FROM objects WHERE address = $1)"
		if status == "pending" || status == to[0] {
			sql = `INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause)
				SELECT gen_random_uuid(), p.team_id, p.id, o.id, $2, 1, $3, 'manual' FROM objects o JOIN pipelines p ON p.id = o.pipeline_id WHERE o.address = $1`
		}
		if _, err := s.Pool().Exec(t.Context(), sql, job, number, status); err != nil {
			t.Fatal(err)
		}
	}
}

// told is what was written to be told, in order.
func told(t *testing.T, s *postgres.Store) string {
	t.Helper()
	return text(t, s, `SELECT coalesce(string_agg(b.number || ' ' || n.address || ' ' || n.status || CASE n.change WHEN '' THEN '' ELSE ' ' || n.change END, E'\n' ORDER BY b.created_at, b.id, n.status = 'started' DESC, n.address), '')
		FROM notifications n JOIN builds b ON b.id = n.build_id`)
}

// A move of a build and what is told of it are one: who is told what, with each move.
func TestMovesAreTold(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), telling())
	moveBuild(t, s, unit, 1, "pending", "running", "failed")
	moveBuild(t, s, unit, 2, "running", "failed")
	moveBuild(t, s, unit, 3, "running", "aborted")
	moveBuild(t, s, unit, 4, "running", "succeeded")
	moveBuild(t, s, unit, 5, "pending", "aborted")
	moveBuild(t, s, unit, 6, "running", "succeeded")
	moveBuild(t, s, unit, 7, "pending", "errored")
	moveBuild(t, s, ship, 1, "running", "errored")
	want := `
1 job.unit.notify.forge started
1 job.unit.notify.chat failed broken
1 job.unit.notify.forge failed broken
1 notify.ops failed broken
2 job.unit.notify.forge started
2 job.unit.notify.chat failed
2 job.unit.notify.forge failed
3 job.unit.notify.forge started
3 job.unit.notify.forge aborted
4 job.unit.notify.forge started
4 job.unit.notify.forge succeeded fixed
4 notify.ops succeeded fixed
5 job.unit.notify.forge aborted
6 job.unit.notify.forge started
6 job.unit.notify.forge succeeded
7 job.unit.notify.forge errored broken
7 notify.ops errored broken
1 notify.ops errored broken`
	if got := told(t, s); got != strings.TrimSpace(want) {
		t.Errorf("told\n%s\nwant%s", got, want)
	}
	keys := drain(t, s)
	n := 0
	for k := range keys {
		if k.Kind() == "notify" {
			n++
		}
	}
	if n != 13 { // one for each address and build: a commit's statuses come one after the other
		t.Errorf("%d keys: %v", n, keys)
	}
}

// A transaction that is undone tells nobody.
func TestWhatIsUndoneIsNotTold(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), telling())
	moveBuild(t, s, unit, 1, "pending")
	tx, err := s.Pool().Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), "UPDATE builds SET status = 'running'")
	must(t, err)
	must(t, tx.Rollback(t.Context()))
	if got := told(t, s); got != "" {
		t.Errorf("told %s", got)
	}
}

// Who is told is what the revision in force says.
func TestSubscriptionsFollowThePipeline(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	list := func() string {
		return text(t, s, `SELECT coalesce(string_agg(address || ' ' || kind || ' ' || array_to_string(events, ',') || CASE WHEN secrets IS NULL THEN '' ELSE ' secret' END, E'\n' ORDER BY address), '') FROM subscriptions`)
	}
	apply(t, s, id, telling())
	want := "job.unit.notify.chat slack failed\njob.unit.notify.forge github aborted,errored,failed,started,succeeded secret\nnotify.ops webhook fixed,broken"
	if got := list(); got != want {
		t.Errorf("subscriptions\n%s", got)
	}
	since := text(t, s, "SELECT since::text FROM subscriptions WHERE address = 'notify.ops'")
	changed := telling().with(unit, graph.Job{Steps: []graph.Step{task("test", "make")}})
	apply(t, s, id, changed)
	if got := list(); got != "notify.ops webhook fixed,broken" {
		t.Errorf("subscriptions\n%s", got)
	}
	if again := text(t, s, "SELECT since::text FROM subscriptions WHERE address = 'notify.ops'"); again != since {
		t.Errorf("what did not change is wanted since %s, and was since %s", again, since)
	}
	apply(t, s, id, demo())
	if got := list(); got != "" {
		t.Errorf("subscriptions\n%s", got)
	}
}

// dead is a notification that was given up.
func dead(t *testing.T, s *postgres.Store) (claim state.Claim, number string) {
	t.Helper()
	moveBuild(t, s, ship, 1, "running", "failed")
	claims, err := s.Claim(t.Context(), "test", 1000, time.Minute)
	must(t, err)
	for _, c := range claims {
		if c.Key.Kind() == "notify" {
			claim = c
		}
	}
	build, address, _ := strings.Cut(claim.Key.ID(), "/")
	snap, err := s.LoadNotifications(t.Context(), build, address)
	must(t, err)
	must(t, s.CommitNotification(t.Context(), claim, state.NotificationChange{ID: snap.Rows[0].ID, State: state.NotificationDead, Attempts: 20, Next: snap.Now, Reason: "it is gone"}))
	return claim, text(t, s, "SELECT number::text FROM notifications")
}

func TestRetryAndTest(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), telling())
	claim, number := dead(t, s)
	if _, err := s.RetryNotification(t.Context(), "other", number, "ann"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("another team's: %v", err)
	}
	if _, err := s.RetryNotification(t.Context(), "main", number, "ann"); err != nil {
		t.Error(err)
	}
	var move *state.TransitionError
	if _, err := s.RetryNotification(t.Context(), "main", number, "ann"); !errors.As(err, &move) || move.From != "waiting" {
		t.Errorf("once more: %v", err)
	}
	must(t, s.Release(t.Context(), claim, time.Time{}))
	if !drain(t, s)[claim.Key] {
		t.Error("nobody looks at it")
	}
	address, err := s.FindSubscription(t.Context(), "main", "demo", "ops")
	must(t, err)
	id, _, err := s.TestNotification(t.Context(), "main", "demo", address, "bob")
	must(t, err)
	d, err := s.LoadDelivery(t.Context(), id)
	if err != nil || !d.Test || d.AskedBy != "bob" || d.Status != state.StatusTest {
		t.Errorf("the test is %+v, %v", d, err)
	}
	if !drain(t, s)[state.NotifyKey(id, address)] {
		t.Error("nobody looks at the test")
	}
	if got := text(t, s, "SELECT string_agg(actor || ' ' || action, ', ' ORDER BY id) FROM audit_events WHERE action LIKE 'notification.%'"); got != "ann notification.retry, bob notification.test" {
		t.Errorf("the audit has %s", got)
	}
}

func TestFindSubscription(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), telling())
	for name, want := range map[string]string{"ops": "notify.ops", "notify.ops": "notify.ops", "chat": "job.unit.notify.chat", "unit.notify.chat": "job.unit.notify.chat", "job.unit.notify.chat": "job.unit.notify.chat"} {
		if got, err := s.FindSubscription(t.Context(), "main", "demo", name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := s.FindSubscription(t.Context(), "main", "demo", "nobody"); !errors.Is(err, state.ErrNotFound) || !strings.Contains(err.Error(), "it has job.unit.notify.chat, job.unit.notify.forge, notify.ops") {
		t.Errorf("error %v", err)
	}
}

func TestNotificationsAreListedAndForgotten(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), telling())
	_, number := dead(t, s)
	moveBuild(t, s, unit, 1, "running")
	all, err := s.Notifications(t.Context(), "main", postgres.NotificationFilter{Most: 10})
	must(t, err)
	if len(all) != 2 || all[0].State != state.NotificationWaiting || all[1].Reason != "it is gone" || all[1].Job != ship {
		t.Errorf("list %+v", all)
	}
	failed, err := s.Notifications(t.Context(), "main", postgres.NotificationFilter{Dead: true, Pipeline: "demo", Most: 10})
	if err != nil || len(failed) != 1 {
		t.Errorf("given up: %+v, %v", failed, err)
	}
	if other, err := s.Notifications(t.Context(), "other", postgres.NotificationFilter{Most: 10}); err != nil || len(other) != 0 {
		t.Errorf("another team sees %+v, %v", other, err)
	}
	counts, err := s.CountNotifications(t.Context())
	if err != nil || !slices.Equal(counts, []state.NotificationCount{{Kind: "github", State: "waiting", Total: 1}, {Kind: "webhook", State: "dead", Total: 1}}) {
		t.Errorf("counts %+v, %v", counts, err)
	}
	if _, err := s.Pool().Exec(t.Context(), "UPDATE notifications SET ended_at = ended_at - interval '31 days', created_at = created_at - interval '31 days' WHERE number = $1::bigint", number); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ForgetNotifications(t.Context(), 30*24*time.Hour); err != nil {
		t.Error(err)
	}
	if left := text(t, s, "SELECT string_agg(state, ',') FROM notifications"); left != "waiting" {
		t.Errorf("left are %s", left)
	}
}

// What was sent by one who has the lease no more is not written down: the other
// sends it again.
func TestALateSenderIsFenced(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), telling())
	id, _, err := s.TestNotification(t.Context(), "main", "demo", "notify.ops", "ann")
	must(t, err)
	key := state.NotifyKey(id, "notify.ops")
	take := func(lease time.Duration) state.Claim {
		claims, err := s.Claim(context.WithoutCancel(t.Context()), "test", 1000, lease)
		must(t, err)
		i := slices.IndexFunc(claims, func(c state.Claim) bool { return c.Key == key })
		if i < 0 {
			t.Fatal("the key is not there to be claimed")
		}
		return claims[i]
	}
	first := take(0)
	second := take(time.Minute)
	sent := state.NotificationChange{ID: id, State: state.NotificationSent, Attempts: 1, Next: time.Now()}
	if err := s.CommitNotification(t.Context(), first, sent); !errors.Is(err, state.ErrFenced) {
		t.Errorf("the late one: %v", err)
	}
	must(t, s.CommitNotification(t.Context(), second, sent))
	if err := s.CommitNotification(t.Context(), second, sent); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
}
