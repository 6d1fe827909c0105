-- What is kept of what passed a job disagrees with its builds: a build that did not
-- succeed counts, or one that did does not.
-- fix: delete the rows of passages that are too many; where some are missing, rerun the build.
SELECT 'build ' || b.id AS subject, 'is ' || b.status || ', and counts as passed' AS what
FROM passages p JOIN builds b ON b.id = p.build_id WHERE b.status <> 'succeeded'
UNION ALL
SELECT 'build ' || b.id, 'succeeded, and its input ' || i.name || ' does not count as passed'
FROM builds b JOIN build_inputs i ON i.build_id = b.id
WHERE b.status = 'succeeded' AND NOT EXISTS (
    SELECT 1 FROM passages p WHERE p.build_id = b.id AND p.resource_id = i.resource_id AND p.version_id = i.version_id)
