-- +goose Up
-- The audit as a chain: each event has a number and a hash over itself and the one
-- before it. Both come after the fact, in the order of the numbers, from one writer
-- at a time: who changes something never waits for another who does.
ALTER TABLE audit_events DROP CONSTRAINT audit_events_team_id_fkey; -- events stay as they are when their team goes
ALTER TABLE audit_events
    ADD COLUMN address text NOT NULL DEFAULT '', -- where it was asked from
    ADD COLUMN seq bigint UNIQUE,                -- its place in the chain, from 1
    ADD COLUMN hash text;
CREATE INDEX audit_events_unsealed ON audit_events (id) WHERE seq IS NULL;

-- Both ends of the chain. What is forgotten leaves its last number and hash.
CREATE TABLE audit_chain (
    one            boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq            bigint NOT NULL DEFAULT 0,
    hash           text NOT NULL DEFAULT '',
    forgotten_seq  bigint NOT NULL DEFAULT 0,
    forgotten_hash text NOT NULL DEFAULT '',
    forgotten_at   timestamptz,
    CHECK (forgotten_seq <= seq)
);
INSERT INTO audit_chain DEFAULT VALUES;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'the audit is final: TRUNCATE is refused';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL AND NEW.hash IS NOT NULL
        AND (NEW.id, NEW.team_id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.details, NEW.address)
        IS NOT DISTINCT FROM (OLD.id, OLD.team_id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.details, OLD.address) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.seq <= (SELECT forgotten_seq FROM audit_chain) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit is final: % of event % is refused', TG_OP, OLD.id;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_whole BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION audit_is_final();

-- +goose Down
DROP TRIGGER audit_is_whole ON audit_events;
DROP TABLE audit_chain;
ALTER TABLE audit_events DROP COLUMN seq, DROP COLUMN hash, DROP COLUMN address;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.team_id IS NULL
        AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.details) IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.details) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is final: % of event % is refused', TG_OP, OLD.id;
END $$;
-- +goose StatementEnd
UPDATE audit_events SET team_id = NULL WHERE team_id NOT IN (SELECT id FROM teams);
ALTER TABLE audit_events ADD FOREIGN KEY (team_id) REFERENCES teams ON DELETE SET NULL;
