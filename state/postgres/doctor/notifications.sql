-- A build's status was to be told, and nobody has it to tell; or it is to be told, and nobody does.
-- fix: look at the servers' logs; weir notifications shows what waits, and why.
SELECT 'build ' || b.id AS subject, 'is ' || b.status || ', and that is not told to ' || s.address AS what
FROM subscriptions s JOIN builds b ON b.pipeline_id = s.pipeline_id AND (s.job_id IS NULL OR s.job_id = b.job_id)
WHERE b.ended_at > clock_timestamp() - interval '1 hour' AND b.ended_at > s.since AND b.status = ANY (s.events)
  AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.build_id = b.id AND n.address = s.address AND n.status = b.status)
UNION ALL
SELECT 'notification ' || n.number, 'should have been sent at ' || n.next_at || ', and is not on the queue'
FROM notifications n
WHERE n.state = 'waiting' AND n.next_at < clock_timestamp() - interval '10 minutes'
  AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.key = 'notify/' || coalesce(n.build_id, n.id) || '/' || n.address)
