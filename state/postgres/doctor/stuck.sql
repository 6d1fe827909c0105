-- Nobody looks at something that is to be looked at.
-- fix: start a server, or see in the log of those that run what they fail at.
SELECT key AS subject, 'is due since ' || due_at || CASE WHEN failures > 0 THEN ', failed ' || failures || ' times: ' || last_error ELSE '' END AS what
FROM queue WHERE due_at < clock_timestamp() - interval '5 minutes' AND (lease_until IS NULL OR lease_until < clock_timestamp())
UNION ALL
SELECT key, 'failed ' || failures || ' times: ' || last_error FROM queue WHERE failures >= 10 AND due_at >= clock_timestamp() - interval '5 minutes'
