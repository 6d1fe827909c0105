-- +goose Up

-- Everything hangs from a team. Every statement names the team or something of it.
CREATE TABLE teams (
    id         uuid PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Tokens of people and programs. Only the SHA-256 of a token is kept.
CREATE TABLE tokens (
    id         uuid PRIMARY KEY,
    team_id    uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    name       text NOT NULL,
    role       text NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
    hash       bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE pipelines (
    id         uuid PRIMARY KEY,
    team_id    uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    name       text NOT NULL,
    revision   bigint NOT NULL DEFAULT 0,
    paused     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (team_id, name)
);

-- One row for each apply. The graph at a revision is the rows of object_versions
-- whose span holds it, and the header here.
CREATE TABLE revisions (
    pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    number      bigint NOT NULL,
    digest      text NOT NULL,
    header      bytea NOT NULL,
    plan_digest text NOT NULL,
    actor       text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (pipeline_id, number)
);

-- The identity of a node over time: what builds, versions and pins hang from.
-- spec_digest and exec_digest are those of the current revision; NULL once deleted.
CREATE TABLE objects (
    id          uuid PRIMARY KEY,
    pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    address     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('pipeline', 'resource_type', 'resource', 'job')),
    spec_digest text,
    exec_digest text,
    paused      boolean NOT NULL DEFAULT false,
    next_number bigint NOT NULL DEFAULT 1,         -- of a job: the next build's number; never reused
    changed_revision bigint NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (pipeline_id, address)
);
CREATE INDEX objects_live ON objects (pipeline_id, kind) WHERE spec_digest IS NOT NULL;

-- What a node said, from one revision up to another (exclusive; NULL: still so).
CREATE TABLE object_versions (
    object_id     uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    pipeline_id   uuid NOT NULL,
    from_revision bigint NOT NULL,
    to_revision   bigint,
    spec          bytea NOT NULL,  -- canonical bytes
    spec_digest   text NOT NULL,
    exec_digest   text NOT NULL,
    meta          bytea NOT NULL,
    PRIMARY KEY (object_id, from_revision),
    CHECK (to_revision > from_revision)
);
CREATE INDEX object_versions_span ON object_versions (pipeline_id, from_revision, to_revision);

-- A scope is all resources of one type and source: one check, one history. It
-- belongs to no team; what a team may see of it goes through its resources.
CREATE TABLE scopes (
    id            uuid PRIMARY KEY,
    key           text NOT NULL UNIQUE,    -- the exec digest of the resources; with secrets, one of that and their team
    resource_spec bytea NOT NULL,          -- canonical bytes of one such resource
    type_spec     bytea,                   -- and of its resource type, when not built in
    secrets       bytea,                   -- whose secrets it names, and where they are read from; never a value
    every_ms      bigint NOT NULL,         -- the least of its resources'; 0: never
    timeout_ms    bigint NOT NULL,
    check_due_at  timestamptz,             -- NULL: only on demand
    check_requested_at timestamptz,        -- somebody asked; due at once
    check_requested_from jsonb,            -- and from this version on
    check_run_id  uuid,                    -- the run that checks now
    last_started_at timestamptz,
    last_ended_at timestamptz,
    last_ok_at    timestamptz,
    failures      integer NOT NULL DEFAULT 0,  -- in a row
    last_error    text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE resources (
    object_id uuid PRIMARY KEY REFERENCES objects ON DELETE CASCADE,
    scope_id  uuid NOT NULL REFERENCES scopes,
    every_ms  bigint NOT NULL,             -- as its own spec says; 0: never
    timeout_ms bigint NOT NULL
);
CREATE INDEX resources_scope ON resources (scope_id);

CREATE TABLE versions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope_id    uuid NOT NULL REFERENCES scopes ON DELETE CASCADE,
    version     jsonb NOT NULL,           -- an object of strings
    digest      text NOT NULL,            -- of its canonical JSON
    metadata    jsonb NOT NULL DEFAULT '[]',
    check_order bigint NOT NULL,          -- higher is later; 0: seen only as an input or output so far
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (scope_id, digest)
);
CREATE INDEX versions_order ON versions (scope_id, check_order DESC);

CREATE TABLE builds (
    id         uuid PRIMARY KEY,
    team_id    uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    job_id     uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    number     bigint NOT NULL,
    revision   bigint NOT NULL,           -- what it runs, for ever
    status     text NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'errored', 'aborted')),
    cause      text NOT NULL CHECK (cause IN ('version', 'manual', 'schedule', 'rerun', 'resume')),
    created_by text NOT NULL DEFAULT '',
    message    text NOT NULL DEFAULT '',  -- why it ended as it did, in a line
    abort_requested_by text,              -- somebody wants it to end
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    ended_at   timestamptz,
    UNIQUE (job_id, number),
    CHECK ((ended_at IS NOT NULL) = (status NOT IN ('pending', 'running')))
);
CREATE INDEX builds_pipeline ON builds (pipeline_id, created_at DESC);
CREATE INDEX builds_open ON builds (job_id) WHERE status IN ('pending', 'running');
CREATE INDEX builds_ended ON builds (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE build_inputs (
    build_id   uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    name       text NOT NULL,             -- of the get step
    resource_id uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    version_id bigint NOT NULL REFERENCES versions,
    first      boolean NOT NULL DEFAULT true, -- no earlier build of the job had it
    PRIMARY KEY (build_id, name)
);
CREATE INDEX build_inputs_version ON build_inputs (resource_id, version_id);

CREATE TABLE build_outputs (
    build_id   uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    name       text NOT NULL,             -- of the put step
    resource_id uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    version_id bigint NOT NULL REFERENCES versions,
    PRIMARY KEY (build_id, name, version_id)
);
CREATE INDEX build_outputs_version ON build_outputs (resource_id, version_id);

-- The tree of a build, one row a step, made when the build starts.
CREATE TABLE steps (
    build_id   uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    path       text NOT NULL,             -- 0, 2.1, 2.1.on_failure.0: place in the job's tree
    ord        integer NOT NULL,          -- source order over the whole tree
    kind       text NOT NULL,
    name       text NOT NULL,
    status     text NOT NULL CHECK (status IN ('waiting', 'ready', 'running', 'succeeded', 'failed', 'errored', 'aborted', 'skipped')),
    attempt    integer NOT NULL DEFAULT 0,  -- runs so far
    retry_at   timestamptz,               -- ready, but not before
    message    text NOT NULL DEFAULT '',
    started_at timestamptz,
    ended_at   timestamptz,
    PRIMARY KEY (build_id, path)
);

CREATE TABLE workers (
    id           uuid PRIMARY KEY,
    name         text NOT NULL UNIQUE,
    team_id      uuid REFERENCES teams ON DELETE CASCADE,  -- NULL: for all teams
    status       text NOT NULL CHECK (status IN ('running', 'stalled', 'landing', 'landed', 'retiring')),
    key_hash     bytea NOT NULL UNIQUE,   -- SHA-256 of the worker's own key
    epoch        bigint NOT NULL DEFAULT 0, -- raised at each registration
    runtime      text NOT NULL,           -- containerd, process
    platform     text NOT NULL,
    tags         text[] NOT NULL DEFAULT '{}',
    capacity     integer NOT NULL,        -- runs in flight, at most
    version      text NOT NULL,
    message      text NOT NULL DEFAULT '',
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE worker_keys (               -- what a new worker must show once
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    hash       bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- One attempt at something on a worker: a step of a build, or a check of a scope.
CREATE TABLE runs (
    id         uuid PRIMARY KEY,
    team_id    uuid REFERENCES teams ON DELETE CASCADE,    -- NULL: a check
    build_id   uuid REFERENCES builds ON DELETE CASCADE,
    step_path  text NOT NULL DEFAULT '',
    attempt    integer NOT NULL DEFAULT 1,
    scope_id   uuid REFERENCES scopes ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('task', 'get', 'put', 'check')),
    task       bytea NOT NULL,            -- weir.v1.Task: what the worker is told
    tags       text[] NOT NULL DEFAULT '{}',
    needs_worker_id uuid REFERENCES workers ON DELETE SET NULL,  -- that has its artifacts
    status     text NOT NULL CHECK (status IN ('unplaced', 'assigned', 'running', 'exited', 'lost')),
    worker_id  uuid REFERENCES workers ON DELETE SET NULL,
    epoch      bigint NOT NULL DEFAULT 0, -- raised at each assignment
    kill_requested_at timestamptz,
    exit_code  integer,                   -- of the program; NULL: there is none
    message    text NOT NULL DEFAULT '',  -- why there is none
    infra      boolean NOT NULL DEFAULT false, -- the fault was the worker's, not the user's
    timed_out  boolean NOT NULL DEFAULT false,
    result     bytea,                     -- stdout of check, in, out
    log_offset bigint NOT NULL DEFAULT 0, -- bytes of the worker's log file that are kept here
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    assigned_at timestamptz,
    started_at timestamptz,
    ended_at   timestamptz,
    CHECK ((build_id IS NULL) <> (scope_id IS NULL))
);
CREATE UNIQUE INDEX runs_attempt ON runs (build_id, step_path, attempt) WHERE build_id IS NOT NULL;
CREATE INDEX runs_open ON runs (status, created_at) WHERE status IN ('unplaced', 'assigned', 'running');
CREATE INDEX runs_worker ON runs (worker_id) WHERE status IN ('assigned', 'running');
CREATE INDEX runs_scope ON runs (scope_id, created_at DESC) WHERE scope_id IS NOT NULL;
CREATE INDEX runs_assigned ON runs (assigned_at) WHERE assigned_at IS NOT NULL;
CREATE INDEX runs_checked ON runs (ended_at) WHERE kind = 'check' AND ended_at IS NOT NULL;

-- Output of a run, in the order of its log file: (offset_from, offset_to] of it.
CREATE TABLE log_chunks (
    run_id      uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    offset_from bigint NOT NULL,
    offset_to   bigint NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    records     bytea NOT NULL,           -- framed records: stream, time, bytes
    PRIMARY KEY (run_id, offset_from)
);

-- A directory that a step made, by the name that later steps know it by.
CREATE TABLE artifacts (
    build_id  uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    name      text NOT NULL,
    run_id    uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    worker_id uuid REFERENCES workers ON DELETE SET NULL,  -- NULL: gone with its worker
    volume    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (build_id, name)
);
CREATE INDEX artifacts_run ON artifacts (run_id);
CREATE INDEX artifacts_volume ON artifacts (worker_id, volume);

-- What should be on the workers. The workers' reports are compared with this.
CREATE TABLE containers (
    run_id     uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    worker_id  uuid NOT NULL REFERENCES workers ON DELETE CASCADE,
    status     text NOT NULL CHECK (status IN ('creating', 'created', 'destroying')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE volumes (
    worker_id  uuid NOT NULL REFERENCES workers ON DELETE CASCADE,
    handle     text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('output', 'cache')),
    build_id   uuid REFERENCES builds ON DELETE SET NULL,
    status     text NOT NULL CHECK (status IN ('creating', 'created', 'destroying')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (worker_id, handle)
);
CREATE INDEX volumes_build ON volumes (build_id) WHERE build_id IS NOT NULL;

-- What a get of a pipeline has fetched and its worker keeps: the next get of the
-- same needs no run.
CREATE TABLE fetches (
    key        text NOT NULL,             -- SHA-256 of all that decides the content: image, source, version, params
    worker_id  uuid NOT NULL,
    volume     text NOT NULL,
    run_id     uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    version_id bigint NOT NULL REFERENCES versions ON DELETE CASCADE,
    used_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (pipeline_id, key, worker_id),
    FOREIGN KEY (worker_id, volume) REFERENCES volumes ON DELETE CASCADE
);
CREATE INDEX fetches_version ON fetches (version_id);
CREATE INDEX fetches_volume ON fetches (worker_id, volume);

-- Why something waits: one row for each thing and type of condition.
CREATE TABLE conditions (
    subject  text NOT NULL,               -- job/<id>, build/<id>, step/<build>/<path>, run/<id>, scope/<id>
    type     text NOT NULL,
    reason   text NOT NULL,               -- CamelCase, for programs
    message  text NOT NULL,               -- for people: what, and what would change it
    since    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (subject, type)
);

-- The reconcile queue: which things are to be looked at, and when.
CREATE TABLE queue (
    key         text PRIMARY KEY,
    due_at      timestamptz NOT NULL,
    since       timestamptz NOT NULL DEFAULT clock_timestamp(), -- enqueued
    dirty       boolean NOT NULL DEFAULT false,  -- enqueued again while held
    holder      text,
    lease_until timestamptz,
    epoch       bigint NOT NULL DEFAULT 0,       -- raised at each claim
    failures    integer NOT NULL DEFAULT 0,
    last_error  text NOT NULL DEFAULT ''
);
CREATE INDEX queue_due ON queue (due_at);

CREATE TABLE audit_events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    team_id  uuid REFERENCES teams ON DELETE SET NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor    text NOT NULL,
    action   text NOT NULL,               -- pipeline.apply, build.abort, …
    subject  text NOT NULL,
    details  jsonb NOT NULL DEFAULT '{}'
);

-- +goose Down
DROP TABLE audit_events, queue, conditions, fetches, volumes, containers, artifacts, log_chunks, runs, worker_keys, workers,
    steps, build_outputs, build_inputs, builds, versions, resources, scopes, object_versions, objects, revisions,
    pipelines, tokens, teams;
