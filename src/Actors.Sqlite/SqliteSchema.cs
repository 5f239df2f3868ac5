using System.Globalization;
using Actors.Storage;

namespace Actors.Sqlite;

/// <summary>The tables, and how older ones become these. Forward only: a step that was released never changes.</summary>
internal static class SqliteSchema
{
    /// <summary>Stands in the file's header, so that a store is told from any other SQLite file: "Actr".</summary>
    public const int ApplicationId = 0x41637472;

    private static readonly string[] Steps =
    [
        """
        CREATE TABLE task (
          tree INTEGER NOT NULL, no INTEGER NOT NULL, id BLOB NOT NULL, parent INTEGER, type TEXT NOT NULL, payload TEXT, options TEXT,
          flags INTEGER NOT NULL, join_no INTEGER, place INTEGER NOT NULL, state INTEGER NOT NULL, due_at INTEGER, attempt INTEGER NOT NULL,
          losses INTEGER NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER, ended_order INTEGER, outcome TEXT, joins TEXT, counts TEXT,
          tree_ended_at INTEGER, PRIMARY KEY (tree, no)) WITHOUT ROWID;
        CREATE UNIQUE INDEX task_root ON task (id) WHERE no = 0;
        CREATE TABLE live_tree (tree INTEGER PRIMARY KEY);
        CREATE TABLE running (worker INTEGER PRIMARY KEY, tasks TEXT NOT NULL);
        CREATE TABLE inbox (no INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL, options TEXT);
        CREATE TABLE partition (
          id INTEGER PRIMARY KEY CHECK (id = 0), epoch INTEGER NOT NULL, batch INTEGER NOT NULL, next_tree INTEGER NOT NULL,
          live_trees INTEGER NOT NULL, live_tasks INTEGER NOT NULL, owner TEXT NOT NULL);
        INSERT INTO partition VALUES (0, 0, 0, 1, 0, 0, '');
        CREATE VIEW running_tasks AS
          SELECT running.worker, json_extract(entry.value, '$[0]') AS tree, json_extract(entry.value, '$[1]') AS no,
            json_extract(entry.value, '$[2]') AS attempt
          FROM running, json_each(running.tasks) AS entry;
        CREATE VIEW tasks AS
          SELECT lower(hex(id)) AS id, tree, no, parent, type,
            CASE WHEN state = 2 AND EXISTS (SELECT 1 FROM running_tasks AS out WHERE out.tree = task.tree AND out.no = task.no) THEN 'Running'
              ELSE CASE state WHEN 0 THEN 'Scheduled' WHEN 1 THEN 'Waiting' WHEN 2 THEN 'Ready' WHEN 4 THEN 'Joining' WHEN 5 THEN 'Succeeded'
                WHEN 6 THEN 'Failed' WHEN 7 THEN 'Cancelled' END END AS state,
            attempt, losses, flags & 32 <> 0 AS suspect, join_no AS joined_by, payload, options, outcome,
            CASE state WHEN 6 THEN json_extract(outcome, '$.message') END AS failure,
            datetime(due_at / 1000000, 'unixepoch') AS due_at, datetime(created_at / 1000000, 'unixepoch') AS created_at,
            datetime(ended_at / 1000000, 'unixepoch') AS ended_at
          FROM task;
        CREATE VIEW trees AS
          SELECT lower(hex(id)) AS root, tree, type,
            CASE WHEN tree_ended_at IS NULL THEN 'Live'
              ELSE coalesce(json_extract(counts, '$.state'), CASE state WHEN 5 THEN 'Succeeded' WHEN 6 THEN 'Failed' WHEN 7 THEN 'Cancelled' END) END AS state,
            coalesce(json_extract(counts, '$.tasks'), 1) AS tasks,
            CASE WHEN counts IS NULL THEN tree_ended_at IS NULL ELSE coalesce(json_extract(counts, '$.live'), 0) END AS live,
            CASE WHEN counts IS NULL THEN state = 5 ELSE coalesce(json_extract(counts, '$.succeeded'), 0) END AS succeeded,
            CASE WHEN counts IS NULL THEN state = 6 ELSE coalesce(json_extract(counts, '$.failed'), 0) END AS failed,
            CASE WHEN counts IS NULL THEN state = 7 ELSE coalesce(json_extract(counts, '$.cancelled'), 0) END AS cancelled,
            datetime(created_at / 1000000, 'unixepoch') AS created_at, datetime(tree_ended_at / 1000000, 'unixepoch') AS ended_at
          FROM task WHERE no = 0;
        """,
        """
        CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE audit_entry (
          number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
          count INTEGER NOT NULL, detail TEXT);
        UPDATE task SET flags = flags | 256 WHERE state = 6 AND json_extract(outcome, '$.kind') = 'Quarantined'
          AND json_extract(outcome, '$.taskId') = lower(hex(id));
        CREATE INDEX task_quarantined ON task (tree, no) WHERE flags & 256 <> 0;
        CREATE VIEW audit AS
          SELECT number, datetime(at / 1000000, 'unixepoch') AS at, who, action, target, count, detail FROM audit_entry;
        CREATE VIEW quarantined AS
          SELECT lower(hex(id)) AS id, tree, no, type, attempt, losses, json_extract(outcome, '$.message') AS failure, payload,
            (SELECT lower(hex(root.id)) FROM task AS root WHERE root.tree = task.tree AND root.no = 0) AS root,
            datetime(ended_at / 1000000, 'unixepoch') AS ended_at
          FROM task WHERE flags & 256 <> 0;
        """,
    ];

    /// <summary>The version that this program writes.</summary>
    public static int Version => Steps.Length;

    /// <summary>Brings the file to <see cref="Version"/>, or to an earlier one, within the transaction that is open.</summary>
    public static void Migrate(Database database, int? upTo = null)
    {
        var last = upTo ?? Version;
        for (var version = (int)database.Number("PRAGMA user_version"); version < last; version++)
        {
            foreach (var statement in Steps[version].Split(";\n", StringSplitOptions.RemoveEmptyEntries))
            {
                database.Run(statement);
                CrashPoint.Reach(CrashPoint.Migrating);
            }
        }

        database.Run(
            string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {last}"),
            string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
    }
}
