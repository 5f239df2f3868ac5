using Actors.Ledger;

namespace Actors.Benchmarks.Micro;

/// <summary>A ledger with one worker that runs nothing: it says at once how everything has ended, in a time that stands still.</summary>
internal sealed class StandInWorker
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Elapsed = TimeSpan.FromMicroseconds(1);
    private static readonly Outcome<int> Result = Outcome<int>.Succeeded(1);
    private readonly TaskLedger _ledger;
    private readonly List<Assignment> _assignments = [];
    private AttemptEnd[] _ends = [];
    private long _roots;

    public StandInWorker()
    {
        Work = new TaskType<int>(0, "work", 0);
        Join = new TaskType<int>(1, "join", 0);
        Work.Took(Elapsed);
        Join.Took(Elapsed);
        _ledger = new TaskLedger(new LedgerSettings(), ["default"], types: 2);
        _ledger.WorkerReady(new WorkerRecord(1, 0));
    }

    public TaskType<int> Work { get; }

    public TaskType<int> Join { get; }

    /// <summary>What was ended since the start.</summary>
    public long Ended { get; private set; }

    /// <summary>A root that a client would submit.</summary>
    public TaskRecord NewRoot() => new(new TaskId((ulong)++_roots, 0x9E3779B97F4A7C15UL), Work, One.Instance, null, null);

    /// <summary>Submits a root and runs until nothing is left.</summary>
    /// <param name="root">The root.</param>
    /// <param name="split">What a task that is no join spawns and joins; null where it simply succeeds.</param>
    public void Run(TaskRecord root, Func<TaskRecord, AttemptDetail?> split)
    {
        _ledger.Submit(root, null, Now);
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
    }
}
