-- name: FindEvents :many
-- Of an object: its subject, or the kind of thing before the slash.
SELECT at, actor, action, subject, details FROM audit_events
WHERE team_id = @team_id AND at >= @since AND (@actor::text = '' OR actor = @actor)
    AND (@object::text = '' OR subject = @object OR starts_with(subject, @object || '/'))
ORDER BY id DESC LIMIT @most;
