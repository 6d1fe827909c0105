-- A build stands for a tick of a clock, and is of another cause.
-- fix: report how it came to this.
SELECT 'build ' || id AS subject, 'is of cause ' || cause || ', and has the tick of ' || tick_at AS what
FROM builds WHERE tick_at IS NOT NULL AND cause <> 'schedule'
