-- +goose Up
-- What happened stays as it was written. Only the team may go, when it is deleted.
-- +goose StatementBegin
CREATE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.team_id IS NULL
        AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.details) IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.details) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is final: % of event % is refused', TG_OP, OLD.id;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_final BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_is_final();
CREATE INDEX audit_events_team ON audit_events (team_id, id DESC);

-- +goose Down
DROP INDEX audit_events_team;
DROP TRIGGER audit_is_final ON audit_events;
DROP FUNCTION audit_is_final();
