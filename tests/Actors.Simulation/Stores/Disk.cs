using System.Runtime.InteropServices;
using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>What a simulated store has written: survives whoever had it open.</summary>
internal sealed class Disk
{
    public SortedDictionary<(long Tree, long Number), TaskRow> Rows { get; } = [];

    /// <summary>The numbers of live trees.</summary>
    public SortedSet<long> Live { get; } = [];

    public SortedDictionary<int, RunningTask[]> Running { get; } = [];

    public SortedDictionary<string, byte[]> Facts { get; } = new(StringComparer.Ordinal);

    public List<AuditRow> Audit { get; } = [];

    public long Epoch { get; private set; }

    /// <summary>The number of the last batch of this epoch that stands there.</summary>
    public long Batch { get; private set; }

    public long NextTree { get; private set; } = 1;

    public long LiveTasks { get; private set; }

    public StoreOpening Open()
    {
        var suspects = 0;
        foreach (var run in Running.Values.SelectMany(static tasks => tasks))
        {
            if (Rows.TryGetValue((run.Tree, run.Number), out var row) && !row.State.IsTerminal())
            {
                row.Attempt = Math.Max(row.Attempt, run.Attempt);
                row.Losses++;
                row.Flags |= TaskFlags.Suspect;
                Rows[(run.Tree, run.Number)] = row;
                suspects++;
            }
        }

        Running.Clear();
        Epoch++;
        Batch = 0;
        return new StoreOpening
        {
            Epoch = Epoch,
            NextTree = NextTree,
            LiveTrees = Live.Count,
            LiveTasks = LiveTasks,
            Suspects = suspects,
            Facts = [.. Facts.Select(static fact => new FactRow(fact.Key, fact.Value))],
        };
    }

    /// <exception cref="StoreException">The batch contradicts what stands there: a database would refuse it.</exception>
    public void Write(StoreBatch batch)
    {
        foreach (ref readonly var row in CollectionsMarshal.AsSpan(batch.Added))
        {
            Demand(Rows.TryAdd((row.Tree, row.Number), row), $"task {row.Number} of tree {row.Tree} stands there already");
        }

        foreach (ref readonly var row in CollectionsMarshal.AsSpan(batch.Changed))
        {
            Demand(Rows.TryGetValue((row.Tree, row.Number), out var old), $"task {row.Number} of tree {row.Tree} is changed and does not stand there");
            Rows[(row.Tree, row.Number)] = row with
            {
                Id = old.Id,
                Parent = old.Parent,
                Type = old.Type,
                Payload = old.Payload,
                Options = old.Options,
                CreatedAt = old.CreatedAt,
            };
        }

        foreach (var tree in batch.Trees)
        {
            Demand(Rows.TryGetValue((tree.Tree, 0), out var root), $"tree {tree.Tree} does not stand there");
            Rows[(tree.Tree, 0)] = root with { Counts = tree.Counts, TreeEndedAt = tree.EndedAt };
        }

        batch.Opened.ForEach(tree => Demand(Live.Add(tree), $"tree {tree} is opened twice"));
        batch.Closed.ForEach(tree => Demand(Live.Remove(tree), $"tree {tree} is closed and was not open"));
        foreach (var (worker, tasks) in batch.Running)
        {
            if (tasks is null)
            {
                Running.Remove(worker);
            }
            else
            {
                Running[worker] = tasks;
            }
        }

        foreach (var (key, value) in batch.Facts)
        {
            if (value is null)
            {
                Facts.Remove(key);
            }
            else
            {
                Facts[key] = value;
            }
        }

        Audit.AddRange(batch.Audit.Select((row, index) => row with { Number = Audit.Count + index + 1 }));
        foreach (var (tree, number) in batch.Released)
        {
            Rows[(tree, number)] = Rows[(tree, number)] with { Flags = Rows[(tree, number)].Flags & ~TaskFlags.Quarantined };
        }

        (Batch, NextTree, LiveTasks) = (batch.Number, batch.NextTree, batch.LiveTasks);
    }

    /// <summary>The row of a root; null where none stands there.</summary>
    public TaskRow? Root(TaskId id)
    {
        foreach (var ((_, number), row) in Rows)
        {
            if (number == 0 && row.Id == id)
            {
                return row;
            }
        }

        return null;
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new StoreException($"The simulated store refuses a batch: {otherwise}.");
        }
    }
}
