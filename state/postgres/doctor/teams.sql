-- Something of one team hangs from something of another.
-- fix: stop the servers and find out what wrote it; a team may see what is another's.
SELECT 'build ' || b.id AS subject, 'is of team ' || b.team_id || ', and its pipeline of team ' || p.team_id AS what
FROM builds b JOIN pipelines p ON p.id = b.pipeline_id WHERE b.team_id <> p.team_id
UNION ALL
SELECT 'run ' || r.id, 'is of team ' || coalesce(r.team_id::text, 'none') || ', and its build of team ' || b.team_id
FROM runs r JOIN builds b ON b.id = r.build_id WHERE r.team_id IS DISTINCT FROM b.team_id
UNION ALL
SELECT 'build ' || b.id, 'takes input ' || i.name || ' from a resource of another pipeline'
FROM builds b JOIN build_inputs i ON i.build_id = b.id JOIN objects o ON o.id = i.resource_id WHERE o.pipeline_id <> b.pipeline_id
UNION ALL
SELECT 'scope ' || s.id, 'reads secrets, and is shared by ' || count(DISTINCT p.team_id) || ' teams'
FROM scopes s JOIN resources r ON r.scope_id = s.id JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
WHERE s.secrets IS NOT NULL GROUP BY s.id HAVING count(DISTINCT p.team_id) > 1
UNION ALL
SELECT 'run ' || r.id, 'is of team ' || r.team_id || ', and on a worker of team ' || w.team_id
FROM runs r JOIN workers w ON w.id = r.worker_id
WHERE r.status IN ('assigned', 'running') AND w.team_id IS NOT NULL AND r.team_id IS DISTINCT FROM w.team_id
