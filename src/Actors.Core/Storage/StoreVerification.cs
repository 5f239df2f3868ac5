using System.Text.Json;

namespace Actors.Storage;

/// <summary>Holds every row of a store against the others: what the engine promises must hold at rest. Reads each row once; keeps one tree.</summary>
internal sealed class StoreVerification
{
    private readonly List<TaskRow> _tree = [];
    private readonly Action<string> _report;

    /// <param name="report">Gets each contradiction as a sentence that names the row.</param>
    public StoreVerification(Action<string> report) => _report = report;

    public long Trees { get; private set; }

    public long Tasks { get; private set; }

    public long LiveTrees { get; private set; }

    public long Contradictions { get; private set; }

    /// <summary>Reads everything.</summary>
    public void Run(ITaskReader rows, StoreInfo info)
    {
        var window = new TaskRow[1024];
        for (int count; (count = rows.Read(window)) > 0;)
        {
            foreach (ref readonly var row in window.AsSpan(0, count))
            {
                if (_tree.Count > 0 && _tree[0].Tree != row.Tree)
                {
                    CheckTree();
                }

                Tasks++;
                _tree.Add(row);
            }
        }

        CheckTree();
        if (!info.IsInUse && info.LiveTrees != LiveTrees)
        {
            Report($"The store counts {info.LiveTrees} live tree(s), and {LiveTrees} stand there.");
        }
    }

    private static bool IsReal(in TaskRow row) => !row.Flags.HasFlag(TaskFlags.Withheld);

    private void CheckTree()
    {
        if (_tree.Count == 0)
        {
            return;
        }

        Trees++;
        var root = _tree[0];
        var isLive = root.TreeEndedAt == TaskRow.None;
        LiveTrees += isLive ? 1 : 0;
        try
        {
            CheckNumbers(isLive);
            var isBeingDeleted = !CheckCounts(root, isLive);
            for (var index = 0; index < _tree.Count; index++)
            {
                var row = _tree[index];
                CheckState(in row);
                if (!isBeingDeleted)
                {
                    CheckPlace(in row); // what it feeds may be gone
                }
            }
        }
        catch (Exception exception) when (exception is StoreException or JsonException)
        {
            Report($"Tree {root.Tree}: {exception.Message}");
        }

        _tree.Clear();
    }

    /// <summary>A live tree is complete. Of one that has ended the last may be missing: it is being deleted.</summary>
    private void CheckNumbers(bool isLive)
    {
        for (var index = 0; index < _tree.Count; index++)
        {
            if (_tree[index].Number != index)
            {
                Report($"Task {index} of tree {_tree[0].Tree} is missing{(isLive ? "" : ", though later ones stand there")}.");
                return;
            }
        }

        if (_tree.GroupBy(static row => row.Id).FirstOrDefault(static group => group.Skip(1).Any()) is { } twice)
        {
            Report($"Task {twice.Key} of tree {_tree[0].Tree} stands there twice.");
        }
    }

    /// <returns>Whether the tree is whole: not, where it has ended and is being deleted, from its end.</returns>
    private bool CheckCounts(TaskRow root, bool isLive)
    {
        var counts = TreeCounts.Of(in root);
        var isBeingDeleted = !isLive && _tree.Count < counts.Tasks;
        if (isBeingDeleted)
        {
            return false;
        }

        Compare("task(s)", counts.Tasks, _tree.Count);
        Compare("live task(s)", counts.Live, _tree.Count(static row => IsReal(in row) && !row.State.IsTerminal()));
        Compare("success(es)", counts.Succeeded, Count(TaskState.Succeeded));
        Compare("failure(s)", counts.Failed, Count(TaskState.Failed));
        Compare("cancelled", counts.Cancelled, Count(TaskState.Cancelled));
        if (!isLive && counts.Live > 0) // one that has not ended and has no live task either is ended by who opens the store next
        {
            Report($"Tree {root.Tree} has ended and counts {counts.Live} live task(s).");
        }

        if (!isLive && counts.State is null)
        {
            Report($"Tree {root.Tree} has ended, and how is not there.");
        }

        var orders = _tree.Where(static row => row.State.IsTerminal()).Select(static row => row.EndedOrder).Order().ToArray();
        if (!orders.SequenceEqual(Enumerable.Range(1, orders.Length).Select(static order => (long)order)))
        {
            Report($"The ends of tree {root.Tree} are not numbered from 1 to {orders.Length}.");
        }

        return true;

        long Count(TaskState state) => _tree.Count(row => row.State == state);

        void Compare(string what, long counted, long there)
        {
            if (counted != there)
            {
                Report($"Tree {root.Tree} counts {counted} {what}, and {there} stand there.");
            }
        }
    }

    private void CheckState(in TaskRow row)
    {
        var isEnded = row.State.IsTerminal();
        if (isEnded != (row.EndedAt != TaskRow.None) || isEnded != (row.EndedOrder != TaskRow.None))
        {
            Report($"{NameOf(in row)} is {row.State} and {(row.EndedAt == TaskRow.None ? "has no time" : "has a time")} of its end.");
        }

        if (row.State == TaskState.Failed)
        {
            if (row.Outcome is null)
            {
                Report($"{NameOf(in row)} has failed and does not say why.");
            }
            else
            {
                _ = StoreJson.ReadFailure(row.Outcome);
            }
        }
        else if (row.Outcome is not null && row.State != TaskState.Succeeded)
        {
            Report($"{NameOf(in row)} is {row.State} and has an outcome.");
        }

        if (row.State == TaskState.Scheduled && row.DueAt == TaskRow.None)
        {
            Report($"{NameOf(in row)} is scheduled for no time.");
        }

        if (row.State is TaskState.Running or > TaskState.Cancelled)
        {
            Report($"{NameOf(in row)} is in state {(int)row.State}, which no store has.");
        }

        if (row.State == TaskState.Joining && !HasLiveJoin(row.Number))
        {
            Report($"{NameOf(in row)} waits for its join, and there is none that is live.");
        }
    }

    private void CheckPlace(in TaskRow row)
    {
        if (row.Parent >= row.Number)
        {
            Report($"{NameOf(in row)} was spawned by task {row.Parent}, which is not older.");
        }

        if (row.Join == TaskRow.None)
        {
            return;
        }

        if (row.Join >= _tree.Count || _tree[(int)row.Join].Joins is not { } joins)
        {
            Report($"{NameOf(in row)} feeds join {row.Join}, which is none.");
        }
        else if (row.Place < 0 || row.Place >= StoreJson.ReadJoin(joins).Children)
        {
            Report($"{NameOf(in row)} has place {row.Place} in join {row.Join}, which does not have so many.");
        }
    }

    private bool HasLiveJoin(long owner) =>
        _tree.Exists(row => row.Flags.HasFlag(TaskFlags.Join) && row.Parent == owner && !row.State.IsTerminal());

    private static string NameOf(in TaskRow row) => $"Task {row.Number} of tree {row.Tree} ({row.Type} {row.Id})";

    private void Report(string contradiction)
    {
        Contradictions++;
        _report(contradiction);
    }
}
