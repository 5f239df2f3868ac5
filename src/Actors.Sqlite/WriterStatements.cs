using Actors.Storage;

namespace Actors.Sqlite;

/// <summary>What the writer says to the database, prepared.</summary>
internal sealed class WriterStatements(Database database) : IDisposable
{
    private const int TreesLookedAt = 10_000;
    private readonly TaskRows _rows = new();
    private readonly Statement _insert = new(database, TaskRows.Insert);
    private readonly Statement _update = new(database, TaskRows.Update);
    private readonly Statement _updateTree = new(database, "UPDATE task SET counts = ?, tree_ended_at = ? WHERE tree = ? AND no = 0");
    private readonly Statement _open = new(database, "INSERT INTO live_tree VALUES (?)");
    private readonly Statement _close = new(database, "DELETE FROM live_tree WHERE tree = ?");
    private readonly Statement _has = new(database, "INSERT OR REPLACE INTO running VALUES (?, ?)");
    private readonly Statement _hasNothing = new(database, "DELETE FROM running WHERE worker = ?");
    private readonly Statement _take = new(database, "DELETE FROM inbox WHERE no = ?");
    private readonly Statement _setFact = new(database, "INSERT OR REPLACE INTO facts VALUES (?, ?)");
    private readonly Statement _dropFact = new(database, "DELETE FROM facts WHERE key = ?");
    private readonly Statement _audit = new(database, "INSERT INTO audit_entry (at, who, action, target, count, detail) VALUES (?, ?, ?, ?, ?, ?)");
    private readonly Statement _release = new(database, "UPDATE task SET flags = flags & ~256 WHERE tree = ? AND no = ?");
    private readonly Statement _nextRoot = new(database, "SELECT tree, state, counts, tree_ended_at, created_at FROM task WHERE tree >= ? ORDER BY tree, no LIMIT 1");
    private readonly Statement _last = new(database, "SELECT max(no) FROM task WHERE tree = ?");
    private readonly Statement _delete = new(database, "DELETE FROM task WHERE tree = ? AND no >= ?");
    private readonly Statement _isMine = new(database, "SELECT 1 FROM partition WHERE epoch = ?");

    public Statement Begin { get; } = new(database, "BEGIN IMMEDIATE");

    public Statement Commit { get; } = new(database, "COMMIT");

    public Statement Rollback { get; } = new(database, "ROLLBACK");

    public Statement Fence { get; } = new(
        database, "UPDATE partition SET batch = ?, next_tree = ?, live_trees = ?, live_tasks = ? WHERE id = 0 AND epoch = ?");

    public Statement FindRoot { get; } = new(database, $"SELECT {TaskRows.Columns} FROM task WHERE id = ? AND no = 0");

    public void Write(StoreBatch batch)
    {
        foreach (ref readonly var row in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch.Added))
        {
            _rows.BindInsert(_insert, in row);
            _insert.Run();
        }

        foreach (ref readonly var row in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch.Changed))
        {
            TaskRows.BindUpdate(_update, in row);
            _update.Run();
            MustHit(1, row.Tree, row.Number);
        }

        foreach (var tree in batch.Trees)
        {
            _updateTree.Bind(tree.Counts).BindTime(tree.EndedAt).Bind(tree.Tree).Run();
            MustHit(1, tree.Tree, 0);
        }

        foreach (var tree in batch.Opened)
        {
            _open.Bind(tree).Run();
        }

        foreach (var tree in batch.Closed)
        {
            _close.Bind(tree).Run();
        }

        foreach (var running in batch.Running)
        {
            if (running.Tasks is null)
            {
                _hasNothing.Bind(running.Worker).Run();
            }
            else
            {
                _has.Bind(running.Worker).Bind(StoreJson.Write(running.Tasks)).Run();
            }
        }

        foreach (var number in batch.Taken)
        {
            _take.Bind(number).Run();
        }

        WriteWhatIsRare(batch);
    }

    /// <summary>Deletes some of what the rule names: a large tree from its end, its root last.</summary>
    /// <returns>Null where the epoch is another's.</returns>
    public PruneStep? Prune(PruneRule rule, int rowsMax, long epoch)
    {
        Begin.Run();
        _isMine.Bind(epoch);
        var isMine = _isMine.Step();
        _isMine.Reset();
        if (!isMine)
        {
            Rollback.Run();
            return null;
        }

        var (next, trees, deleted) = (rule.From, 0, 0L);
        for (var looked = 0; next != TaskRow.None && deleted < rowsMax && looked < TreesLookedAt; looked++)
        {
            _nextRoot.Bind(next);
            if (!_nextRoot.Step())
            {
                _nextRoot.Reset();
                next = TaskRow.None;
                break;
            }

            var tree = _nextRoot.Number();
            var state = (TaskState)_nextRoot.Number();
            var counts = _nextRoot.Text();
            var endedAt = _nextRoot.Time();
            var createdAt = _nextRoot.Time();
            _nextRoot.Reset();
            if (rule.IsTooYoung(createdAt))
            {
                next = TaskRow.None;
                break;
            }

            next = tree + 1;
            if (endedAt == TaskRow.None || !rule.Has(counts is null ? state : StoreJson.ReadCounts(counts).State ?? state, endedAt))
            {
                continue;
            }

            _last.Bind(tree).Step();
            var from = Math.Max(0, _last.Number() + 1 - (rowsMax - deleted));
            _last.Reset();
            _delete.Bind(tree).Bind(from).Run();
            deleted += database.Changes;
            if (from > 0)
            {
                next = tree; // the rest of it next time
                break;
            }

            trees++;
        }

        CrashPoint.Reach(CrashPoint.Pruning);
        Commit.Run();
        return new PruneStep(next, trees, deleted);
    }

    public void Dispose()
    {
        foreach (var statement in new[]
        {
            _insert, _update, _updateTree, _open, _close, _has, _hasNothing, _take, _setFact, _dropFact, _audit, _release, _nextRoot, _last, _delete, _isMine, Begin, Commit, Rollback, Fence, FindRoot,
        })
        {
            statement.Dispose();
        }
    }

    private void WriteWhatIsRare(StoreBatch batch)
    {
        foreach (var fact in batch.Facts)
        {
            if (fact.Value is null)
            {
                _dropFact.Bind(fact.Key).Run();
            }
            else
            {
                _setFact.Bind(fact.Key).Bind(fact.Value).Run();
            }
        }

        foreach (var entry in batch.Audit)
        {
            _audit.BindTime(entry.At).Bind(entry.Who).Bind(entry.Action).Bind(entry.Target).Bind(entry.Count).BindOptional(entry.Detail).Run();
        }

        foreach (var task in batch.Released)
        {
            _release.Bind(task.Tree).Bind(task.Number).Run();
        }
    }

    private void MustHit(int rows, long tree, long number)
    {
        if (database.Changes != rows)
        {
            throw new StoreException($"The store is damaged: task {number} of tree {tree} is to be changed and is not there.");
        }
    }
}
