using Actors.Ledger;

namespace Actors.Benchmarks.Micro;

/// <summary>A ledger with one worker that runs nothing: it says at once how everything has ended, in a time that stands still.</summary>
/// <remarks>The specs of allocation are compiled with this file too: what is measured here is what is bounded there.</remarks>
internal sealed class StandInWorker
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Elapsed = TimeSpan.FromMicroseconds(1);
    private static readonly Outcome<int> Result = Outcome<int>.Succeeded(1);
    private readonly TaskType<int> _work = new(0, "work", 0);
    private readonly TaskType<int> _join = new(1, "join", 0);
    private readonly TaskLedger _ledger;
    private readonly List<Assignment> _assignments = [];
    private AttemptEnd[] _ends = [];
    private long _roots;

    public StandInWorker()
    {
        _work.Took(Elapsed);
        _join.Took(Elapsed);
        _ledger = new TaskLedger(new LedgerSettings(), ["default"], types: 2);
        _ledger.WorkerReady(new WorkerRecord(1, 0));
    }

    /// <summary>What has ended since the start, joins included.</summary>
    public long Ended { get; private set; }

    /// <summary>How many reports that took: chunks.</summary>
    public long Reports { get; private set; }

    /// <summary>How many tasks were live at once, at most.</summary>
    public long LiveMax { get; private set; }

    /// <summary>One root that does nothing.</summary>
    public void RunOne() => Run(static _ => null);

    /// <summary>Tasks that each spawn the next one.</summary>
    public void RunChain(int hops)
    {
        var left = hops - 1;
        Run(task => left-- > 0 ? new AttemptDetail { Spawned = [Child(task, 0, task.Path)] } : null);
    }

    /// <summary>A tree whose leaves are at a depth.</summary>
    public void RunTree(int fanOut, int depth) =>
        Run(task => IsLeaf(task, depth) ? null : new AttemptDetail { Spawned = Children(task, fanOut) });

    /// <summary>A tree in which every task but a leaf joins its children.</summary>
    public void RunJoinedTree(int fanOut, int depth) => Run(task => IsLeaf(task, depth) ? null : Joined(task, fanOut));

    private static bool IsLeaf(TaskRecord task, int depth) => (task.ParentPath is { } path ? path.Depth + 1 : 0) == depth;

    /// <summary>Submits a root and runs until nothing is left.</summary>
    /// <param name="split">What a task that is no join spawns and joins; null where it simply succeeds.</param>
    private void Run(Func<TaskRecord, AttemptDetail?> split)
    {
        _ledger.Submit(new TaskRecord(new TaskId((ulong)++_roots, 1), _work, message: null, null, null), null, Now);
        do
        {
            _ledger.Dispatch(Now);
            foreach (var effect in _ledger.Effects)
            {
                if (effect is Assignment assignment)
                {
                    _assignments.Add(assignment);
                }
            }

            _ledger.Effects.Clear();
            foreach (var assignment in _assignments)
            {
                Report(assignment, split);
            }

            _assignments.Clear();
        }
        while (_ledger.LiveTrees > 0);
    }

    private void Report(Assignment assignment, Func<TaskRecord, AttemptDetail?> split)
    {
        var count = assignment.Tasks.Length;
        if (_ends.Length < count)
        {
            _ends = new AttemptEnd[count];
        }

        for (var index = 0; index < count; index++)
        {
            ref readonly var run = ref assignment.Tasks[index];
            var detail = run.Task is JoinRecord ? null : split(run.Task);
            _ends[index] = new AttemptEnd
            {
                Task = run.Task,
                Run = run.Run,
                Kind = detail?.Join is null ? EndKind.Succeeded : EndKind.Joined,
                Payload = detail?.Join is null ? Result : null,
                Detail = detail,
                Elapsed = Elapsed,
            };
        }

        _ledger.Report(assignment, _ends.AsSpan(0, count), null, Now, 0);
        Ended += count;
        Reports++;
        LiveMax = Math.Max(LiveMax, _ledger.Tally.Live);
    }

    private AttemptDetail Joined(TaskRecord task, int fanOut)
    {
        var children = Children(task, fanOut);
        var join = new JoinRecord(task.Id.Join(), _join, message: null, task.Path, JoinPolicy.All, children.Count, isFold: false);
        for (var index = 0; index < children.Count; index++)
        {
            children[index].Join = join;
            children[index].JoinIndex = index;
        }

        return new AttemptDetail { Spawned = children, Join = join };
    }

    private List<TaskRecord> Children(TaskRecord parent, int fanOut)
    {
        var children = new List<TaskRecord>(fanOut);
        var path = parent.Path; // one for all of them, as a context has it
        for (var ordinal = 0; ordinal < fanOut; ordinal++)
        {
            children.Add(Child(parent, ordinal, path));
        }

        return children;
    }

    private TaskRecord Child(TaskRecord parent, int ordinal, TaskPath path) => new(parent.Id.Child(ordinal), _work, message: null, path, null);
}
