-- A step waits for an answer that nobody is asked for, or was answered and waits on.
-- fix: abort the build.
SELECT 'step ' || s.build_id || '/' || s.path AS subject, 'is blocked, and asks nobody' AS what
FROM steps s WHERE s.status = 'blocked' AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.build_id = s.build_id AND a.path = s.path)
UNION ALL
SELECT 'step ' || s.build_id || '/' || s.path, 'was answered at ' || a.answered_at || ', and is still blocked'
FROM steps s JOIN approvals a ON a.build_id = s.build_id AND a.path = s.path
WHERE s.status = 'blocked' AND a.answered_at < clock_timestamp() - interval '5 minutes'
