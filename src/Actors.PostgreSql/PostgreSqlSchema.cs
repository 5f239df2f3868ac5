namespace Actors.PostgreSql;

/// <summary>The tables, and how older ones become these. Forward only: a step that was released never changes. Everything is in a schema of its own.</summary>
internal static class PostgreSqlSchema
{
    /// <summary>Takes the place of a marker in the header of a file: a schema without it is not ours.</summary>
    public const string Marker = "actors-task-store";

    private static readonly string[] Steps =
    [
        """
        CREATE TABLE task (
          tree bigint NOT NULL, no bigint NOT NULL, id uuid NOT NULL, parent bigint, type text NOT NULL, payload text, options text,
          created_at timestamptz NOT NULL, flags int NOT NULL, join_no bigint, place int NOT NULL, state smallint NOT NULL, due_at timestamptz,
          attempt int NOT NULL, losses int NOT NULL, ended_at timestamptz, ended_order bigint, outcome text, joins text, counts text,
          tree_ended_at timestamptz, PRIMARY KEY (tree, no)) WITH (fillfactor = 45);
        CREATE UNIQUE INDEX task_root ON task (id) WHERE no = 0;
        CREATE TABLE live_tree (tree bigint PRIMARY KEY);
        CREATE TABLE running (worker int PRIMARY KEY, tasks jsonb NOT NULL) WITH (fillfactor = 50);
        CREATE TABLE inbox (no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, type text NOT NULL, payload text NOT NULL, options text);
        CREATE TABLE partition (
          id int PRIMARY KEY CHECK (id = 0), epoch bigint NOT NULL, batch bigint NOT NULL, next_tree bigint NOT NULL, live_trees bigint NOT NULL,
          live_tasks bigint NOT NULL, owner text NOT NULL) WITH (fillfactor = 10);
        INSERT INTO partition VALUES (0, 0, 0, 1, 0, 0, '');
        CREATE VIEW running_tasks AS
          SELECT worker, (entry->>0)::bigint AS tree, (entry->>1)::bigint AS no, (entry->>2)::int AS attempt FROM running, jsonb_array_elements(tasks) AS entry;
        CREATE VIEW tasks AS
          SELECT replace(id::text, '-', '') AS id, task.tree, task.no, parent, type,
            CASE WHEN state = 2 AND out.no IS NOT NULL THEN 'Running'
              ELSE (ARRAY['Scheduled', 'Waiting', 'Ready', 'Running', 'Joining', 'Succeeded', 'Failed', 'Cancelled'])[state + 1] END AS state,
            coalesce(out.attempt, task.attempt) AS attempt, losses, flags & 32 <> 0 AS suspect, join_no AS joined_by, payload, options, outcome, due_at, created_at, ended_at
          FROM task LEFT JOIN running_tasks AS out ON out.tree = task.tree AND out.no = task.no;
        CREATE VIEW trees AS
          SELECT replace(id::text, '-', '') AS root, tree, type,
            CASE WHEN tree_ended_at IS NULL THEN 'Live'
              ELSE coalesce(substring(counts FROM '"state":"([A-Za-z]+)"'), (ARRAY['Succeeded', 'Failed', 'Cancelled'])[state - 4]) END AS state,
            coalesce(substring(counts FROM '"tasks":([0-9]+)')::bigint, 1) AS tasks,
            created_at, tree_ended_at AS ended_at
          FROM task WHERE no = 0;
        """,
        """
        CREATE TABLE facts (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
        CREATE TABLE audit_entry (
          number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, who text NOT NULL, action text NOT NULL, target text NOT NULL,
          count bigint NOT NULL, detail text);
        UPDATE task SET flags = flags | 256 WHERE state = 6 AND outcome::jsonb->>'kind' = 'Quarantined' AND outcome::jsonb->>'taskId' = replace(id::text, '-', '');
        CREATE INDEX task_quarantined ON task (tree, no) WHERE flags & 256 <> 0;
        CREATE VIEW audit AS SELECT number, at, who, action, target, count, detail FROM audit_entry;
        CREATE VIEW quarantined AS
          SELECT replace(task.id::text, '-', '') AS id, task.tree, task.no, task.type, task.attempt, task.losses, task.outcome::jsonb->>'message' AS failure, task.payload,
            replace(root.id::text, '-', '') AS root, task.ended_at
          FROM task JOIN task AS root ON root.tree = task.tree AND root.no = 0 WHERE task.flags & 256 <> 0;
        DROP VIEW trees;
        CREATE VIEW trees AS
          SELECT replace(id::text, '-', '') AS root, tree, type,
            CASE WHEN tree_ended_at IS NULL THEN 'Live'
              ELSE coalesce(counts::jsonb->>'state', (ARRAY['Succeeded', 'Failed', 'Cancelled'])[state - 4]) END AS state,
            coalesce((counts::jsonb->>'tasks')::bigint, 1) AS tasks,
            CASE WHEN counts IS NULL THEN (tree_ended_at IS NULL)::int ELSE coalesce((counts::jsonb->>'live')::bigint, 0) END AS live,
            CASE WHEN counts IS NULL THEN (state = 5)::int ELSE coalesce((counts::jsonb->>'succeeded')::bigint, 0) END AS succeeded,
            CASE WHEN counts IS NULL THEN (state = 6)::int ELSE coalesce((counts::jsonb->>'failed')::bigint, 0) END AS failed,
            CASE WHEN counts IS NULL THEN (state = 7)::int ELSE coalesce((counts::jsonb->>'cancelled')::bigint, 0) END AS cancelled,
            created_at, tree_ended_at AS ended_at
          FROM task WHERE no = 0;
        DROP VIEW tasks;
        CREATE VIEW tasks AS
          SELECT replace(id::text, '-', '') AS id, task.tree, task.no, parent, type,
            CASE WHEN state = 2 AND out.no IS NOT NULL THEN 'Running'
              ELSE (ARRAY['Scheduled', 'Waiting', 'Ready', 'Running', 'Joining', 'Succeeded', 'Failed', 'Cancelled'])[state + 1] END AS state,
            coalesce(out.attempt, task.attempt) AS attempt, losses, flags & 32 <> 0 AS suspect, join_no AS joined_by, payload, options, outcome,
            CASE state WHEN 6 THEN outcome::jsonb->>'message' END AS failure, due_at, created_at, ended_at
          FROM task LEFT JOIN running_tasks AS out ON out.tree = task.tree AND out.no = task.no;
        """,
    ];

    /// <summary>The version that this program writes.</summary>
    public static int Version => Steps.Length;

    /// <summary>What brings a schema of that version to <see cref="Version"/>, or to an earlier one.</summary>
    public static IEnumerable<string> From(int version, int? upTo = null) => Steps.Take(upTo ?? Version).Skip(version);
}
