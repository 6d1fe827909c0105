-- name: APIBuildRuns :many
SELECT r.id, r.step_path, coalesce(s.name, '')::text AS step_name, r.attempt, r.status, r.log_offset
FROM runs r LEFT JOIN steps s ON s.build_id = r.build_id AND s.path = r.step_path
WHERE r.build_id = @build_id::uuid ORDER BY r.created_at, r.id;

-- name: APILogChunks :many
-- The next chunks of several runs, each from its own position on, by arrival.
-- nth counts the chunks of one run: the first one may lie behind a gap (old
-- output is deleted), or have begun before the position (chunks were put
-- together meanwhile); the others follow the one before them. There is always
-- one, and then as many as have so many bytes.
SELECT x.run_id, x.offset_from, x.offset_to, x.at, x.records, x.blob, x.nth
FROM (SELECT c.*, sum(octet_length(c.records)) OVER (ORDER BY c.at, c.run_id, c.offset_from) - octet_length(c.records) AS bytes_before
FROM (SELECT unnest(@run_ids::uuid[]) AS run_id, unnest(@positions::bigint[]) AS position) want
CROSS JOIN LATERAL (
    SELECT l.run_id, l.offset_from, l.offset_to, l.at, l.records, l.blob, row_number() OVER (ORDER BY l.offset_from) AS nth
    FROM log_chunks l WHERE l.run_id = want.run_id AND l.offset_to > want.position AND l.offset_from >= coalesce(
        (SELECT max(b.offset_from) FROM log_chunks b WHERE b.run_id = want.run_id AND b.offset_from <= want.position), 0)
    ORDER BY l.offset_from LIMIT @most
) c
ORDER BY c.at, c.run_id, c.offset_from LIMIT @most) x
WHERE x.bytes_before < @most_bytes::bigint
ORDER BY x.at, x.run_id, x.offset_from;
