-- Runs: one row for each execution of apply, drift or rollback that had an outcome.
--
-- The row of a successful run is written inside the run's own transaction, and is what proves
-- to the triggers that the transaction is the reconciler's.

CREATE FUNCTION reconciler_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation',
              HINT = 'Records are never altered or removed; write a new one.';
END
$$;

CREATE TABLE reconcile_runs (
    id uuid PRIMARY KEY,
    kind varchar(16) NOT NULL CHECK (kind IN ('apply', 'drift', 'rollback')),
    status varchar(16) NOT NULL CHECK (status IN ('applied', 'failed', 'refused')),
    plan_id varchar(80),
    commit_id varchar(64),
    started_by uuid REFERENCES users (id) ON DELETE RESTRICT,
    forced_reason text,
    message text,
    summary jsonb NOT NULL,
    tool_version varchar(32) NOT NULL,
    -- Set by the server, whatever the writer says.
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    recorded_by name NOT NULL DEFAULT session_user,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE INDEX idx_runs_transaction ON reconcile_runs (transaction_id);
CREATE INDEX idx_runs_recorded_at ON reconcile_runs (recorded_at);
CREATE INDEX idx_runs_plan ON reconcile_runs (plan_id);

CREATE FUNCTION reconciler_stamp_run() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.recorded_at := transaction_timestamp();
    NEW.recorded_by := session_user;
    NEW.transaction_id := pg_current_xact_id();
    RETURN NEW;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT ON reconcile_runs
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_run();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reconcile_runs
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON reconcile_runs
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE reconcile_runs ENABLE ALWAYS TRIGGER stamp;
ALTER TABLE reconcile_runs ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE reconcile_runs ENABLE ALWAYS TRIGGER append_only_truncate;

-- Transaction ids start anew in a restored copy, so the time must agree as well.
CREATE FUNCTION reconciler_owns_transaction() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (
        SELECT FROM reconcile_runs
        WHERE transaction_id = pg_current_xact_id()
          AND recorded_at = transaction_timestamp()
          AND status = 'applied'
    )
$$;
