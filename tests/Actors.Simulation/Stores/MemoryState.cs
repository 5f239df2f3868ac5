using System.Collections.Immutable;
using System.Text;
using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>All that stands in a store, at one moment. Immutable.</summary>
internal sealed record MemoryState
{
    /// <summary>The tasks of each tree; the place in the list is the number.</summary>
    public ImmutableSortedDictionary<long, ImmutableList<TaskRow>> Trees { get; init; } = ImmutableSortedDictionary<long, ImmutableList<TaskRow>>.Empty;

    public ImmutableDictionary<TaskId, long> Roots { get; init; } = ImmutableDictionary<TaskId, long>.Empty;

    public ImmutableSortedSet<long> Live { get; init; } = [];

    public ImmutableDictionary<int, RunningTask[]> Running { get; init; } = ImmutableDictionary<int, RunningTask[]>.Empty;

    public ImmutableSortedDictionary<long, InboxRow> Inbox { get; init; } = ImmutableSortedDictionary<long, InboxRow>.Empty;

    public ImmutableSortedDictionary<string, byte[]> Facts { get; init; } = ImmutableSortedDictionary.Create<string, byte[]>(Utf8Order.Instance);

    public ImmutableList<AuditRow> Audit { get; init; } = [];

    public long NextInbox { get; init; } = 1;

    public long Epoch { get; init; }

    public long Batch { get; init; }

    public long NextTree { get; init; } = 1;

    public long LiveTrees { get; init; }

    public long LiveTasks { get; init; }

    public string Owner { get; init; } = "";

    /// <summary>With a batch written.</summary>
    /// <exception cref="StoreException">Something that it changes is not there, or something that it adds is.</exception>
    public MemoryState With(StoreBatch batch)
    {
        var (trees, roots, running, facts) = (Trees.ToBuilder(), Roots.ToBuilder(), Running.ToBuilder(), Facts.ToBuilder());
        foreach (var row in batch.Added)
        {
            var tree = trees.GetValueOrDefault(row.Tree, []);
            if (row.Number != tree.Count)
            {
                throw Damaged($"task {row.Number} of tree {row.Tree} is to be added behind {tree.Count}.");
            }

            trees[row.Tree] = tree.Add(row);
            if (row.Number == 0 && !roots.TryAdd(row.Id, row.Tree))
            {
                throw Damaged($"root {row.Id} is to be added and is there.");
            }
        }

        foreach (var row in batch.Changed)
        {
            var before = At(row.Tree, row.Number);
            trees[row.Tree] = trees[row.Tree].SetItem((int)row.Number, row with
            {
                Id = before.Id,
                Parent = before.Parent,
                Type = before.Type,
                Payload = before.Payload,
                Options = before.Options,
                CreatedAt = before.CreatedAt,
            });
        }

        foreach (var tree in batch.Trees)
        {
            trees[tree.Tree] = trees[tree.Tree].SetItem(0, At(tree.Tree, 0) with { Counts = tree.Counts, TreeEndedAt = tree.EndedAt });
        }

        foreach (var task in batch.Released)
        {
            var row = At(task.Tree, task.Number);
            trees[task.Tree] = trees[task.Tree].SetItem((int)task.Number, row with { Flags = row.Flags & ~TaskFlags.Quarantined });
        }

        foreach (var row in batch.Running)
        {
            if (row.Tasks is null)
            {
                running.Remove(row.Worker);
            }
            else
            {
                running[row.Worker] = row.Tasks;
            }
        }

        foreach (var fact in batch.Facts)
        {
            if (fact.Value is null)
            {
                facts.Remove(fact.Key);
            }
            else
            {
                facts[fact.Key] = fact.Value;
            }
        }

        return this with
        {
            Trees = trees.ToImmutable(),
            Roots = roots.ToImmutable(),
            Live = Live.Union(batch.Opened).Except(batch.Closed),
            Running = running.ToImmutable(),
            Inbox = Inbox.RemoveRange(batch.Taken),
            Facts = facts.ToImmutable(),
            Audit = Audit.AddRange(batch.Audit.Select((entry, index) => entry with { Number = Audit.Count + index + 1 })),
            Batch = batch.Number,
            NextTree = batch.NextTree,
            LiveTrees = batch.LiveTrees,
            LiveTasks = batch.LiveTasks,
        };

        TaskRow At(long tree, long number) => trees.TryGetValue(tree, out var rows) && number < rows.Count
            ? rows[(int)number]
            : throw Damaged($"task {number} of tree {tree} is to be changed and is not there.");
    }

    /// <summary>As whoever opens it next finds it: what was running is suspect.</summary>
    public MemoryState Opened(string owner, out int suspects)
    {
        var trees = Trees.ToBuilder();
        suspects = 0;
        foreach (var task in Running.Values.SelectMany(static tasks => tasks))
        {
            var row = trees[task.Tree][(int)task.Number];
            if (!row.State.IsTerminal())
            {
                suspects++;
                trees[task.Tree] = trees[task.Tree].SetItem((int)task.Number, row with
                {
                    Attempt = Math.Max(row.Attempt, task.Attempt),
                    Losses = row.Losses + 1,
                    Flags = row.Flags | TaskFlags.Suspect,
                });
            }
        }

        return this with { Trees = trees.ToImmutable(), Running = Running.Clear(), Epoch = Epoch + 1, Batch = 0, Owner = owner };
    }

    /// <summary>Without some of what the rule names: a large tree from its end, its root last.</summary>
    public MemoryState Pruned(PruneRule rule, int rowsMax, out PruneStep step)
    {
        var (trees, roots) = (Trees.ToBuilder(), Roots.ToBuilder());
        var (count, rows) = (0, 0L);
        foreach (var (tree, tasks) in Trees.SkipWhile(pair => pair.Key < rule.From))
        {
            if (rows == rowsMax)
            {
                step = new PruneStep(tree, count, rows);
                return this with { Trees = trees.ToImmutable(), Roots = roots.ToImmutable() };
            }

            var root = tasks[0];
            if (rule.IsTooYoung(root.CreatedAt))
            {
                break;
            }

            if (!rule.Has(root.Counts is null ? root.State : StoreJson.ReadCounts(root.Counts).State ?? root.State, root.TreeEndedAt))
            {
                continue;
            }

            var kept = (int)Math.Max(0, tasks.Count - (rowsMax - rows));
            rows += tasks.Count - kept;
            if (kept > 0)
            {
                trees[tree] = tasks.GetRange(0, kept);
                step = new PruneStep(tree, count, rows);
                return this with { Trees = trees.ToImmutable(), Roots = roots.ToImmutable() };
            }

            trees.Remove(tree);
            roots.Remove(root.Id);
            count++;
        }

        step = new PruneStep(TaskRow.None, count, rows);
        return this with { Trees = trees.ToImmutable(), Roots = roots.ToImmutable() };
    }

    private static StoreException Damaged(string how) => new($"The store is damaged: {how}");

    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}
