using System.Diagnostics;

namespace Actors.Ledger;

/// <summary>
/// What a worker does of the ledger's work by itself: the follow-ups of a task that it was assigned, and theirs, as long as all of them simply succeed and
/// join. What has come and gone meanwhile the ledger never sees: it is told how many there were. What is left when the worker has to tell
/// is told as the ends of the tasks that lead there, parents first, so that the ledger makes it real by the same rules as ever.
/// </summary>
/// <remarks>
/// Pure; one owner at a time. A tree below one assigned task, the base, at a time. Records that were made here belong to this until they have been told; the
/// base itself belongs to the ledger and is never written. README.md beside this file says why it is as it is.
/// </remarks>
internal sealed class RunAhead(int pool, TimeSpan workMax)
{
    private readonly Dictionary<TaskRecord, int> _told = [];

    /// <summary>The joins of those that wait and have children beside: of all others the join is found through what it joins.</summary>
    private readonly Dictionary<TaskRecord, JoinRecord> _joins = [];
    private readonly List<(TaskRecord Above, TaskRecord Via, TaskRecord Below)> _chain = [];
    private TaskRecord[] _ready = new TaskRecord[64];
    private int _count;
    private AttemptEnd _base;
    private AheadCounts? _counts;

    /// <summary>More children than this at once are told, so that others have them too.</summary>
    public const int ChildrenMax = 1024;

    /// <summary>Whether there is a base whose end has not been told.</summary>
    public bool IsOpen => _base.Task is not null;

    /// <summary>How many tasks are ready here.</summary>
    public int Ready => _count;

    /// <summary>How many of those that are ready the oldest is one of: siblings, each as large a piece of work as any other, and larger than what is newer.</summary>
    public int Oldest
    {
        get
        {
            var count = 1;
            while (count < _count && _ready[count].Join == _ready[0].Join && _ready[count] is not JoinRecord)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>The assigned task that all here stems from.</summary>
    public TaskRecord Base => _base.Task;

    /// <summary>An assigned task has ended. What it has spawned goes on here, if all of it may.</summary>
    /// <returns>Whether it does: then the end is kept back until <see cref="Tell"/> or <see cref="TryComplete"/>.</returns>
    public bool TryBegin(in AttemptEnd end)
    {
        if (!MayGoOn(end.Kind, end.Detail))
        {
            return false;
        }

        _base = end;
        _counts = null;
        GoOn(end.Task, end.Kind, end.Detail!, end.Task);
        return true;
    }

    /// <summary>The newest that is ready; null where nothing is.</summary>
    public TaskRecord? Peek() => _count > 0 ? _ready[_count - 1] : null;

    /// <summary>Takes what <see cref="Peek"/> has shown, to run it.</summary>
    public void Take() => _ready[--_count] = null!;

    /// <summary>What was taken has not been started after all.</summary>
    public void PutBack(TaskRecord task) => Push(task);

    /// <summary>Of the run that <see cref="Take"/> gave.</summary>
    public static AssignedTask RunOf(TaskRecord task) => new(task, 1, 1);

    /// <summary>A run has ended.</summary>
    /// <param name="end">How.</param>
    /// <returns>Whether that is all: where it is not, it is for the ledger to say what follows, and everything is to be told.</returns>
    public bool TrySettle(in AttemptEnd end)
    {
        var task = end.Task;
        if (end.Kind == EndKind.Succeeded && end.Detail is null)
        {
            Counts.Add(task.Type, 1, end.Elapsed);
            Succeed(task, (Outcome)end.Payload!);
            return true;
        }

        if (!MayGoOn(end.Kind, end.Detail))
        {
            return false;
        }

        Counts.Add(task.Type, end.Kind == EndKind.Succeeded ? 1 : 0, end.Elapsed);
        GoOn(task, end.Kind, end.Detail!, ParentOf(end.Kind, task));
        if (end.Kind == EndKind.Succeeded)
        {
            Succeed(task, (Outcome)end.Payload!);
        }

        return true;
    }

    /// <summary>The end of the base, with all that it led to, where nothing is left of it.</summary>
    public bool TryComplete(out AttemptEnd end)
    {
        if (_count > 0 || _base.Kind == EndKind.Joined)
        {
            end = default;
            return false;
        }

        end = _base;
        end.Detail = new AttemptDetail { Ahead = _counts ?? AheadCounts.None };
        _base = default;
        return true;
    }

    /// <summary>Writes what the ledger has to know, and forgets it here.</summary>
    /// <param name="ends">Gets the end of the base first, and after it those of the tasks below whose joins wait.</param>
    /// <param name="running">What runs now, or has just ended and is for the ledger to settle: its own end comes behind; null where nothing.</param>
    /// <param name="keep">How many of the newest that are ready stay with the worker: it has them as if they had been assigned.</param>
    /// <param name="kept">Gets those, the newest first.</param>
    public void Tell(AttemptEnds ends, TaskRecord? running, int keep, List<TaskRecord>? kept)
    {
        _told.Clear();
        _told.Add(_base.Task, ends.Count);
        _base.Detail = new AttemptDetail { Join = _base.Detail?.Join, Ahead = _counts ?? AheadCounts.None };
        ends.Add() = _base;
        if (running is not null)
        {
            running.Ahead = AheadState.Running;
            Attach(ends, running);
        }

        for (var index = _count - 1; index >= 0; index--)
        {
            var task = _ready[index];
            _ready[index] = null!;
            if (keep-- > 0)
            {
                task.Ahead = AheadState.Kept;
                kept!.Add(task);
            }

            Attach(ends, task);
        }

        _count = 0;
        _base = default;
        _told.Clear();
        _joins.Clear();
    }

    /// <summary>Whether all that a task leads to may run here.</summary>
    private bool MayGoOn(EndKind kind, AttemptDetail? detail)
    {
        if (detail is null || kind is not (EndKind.Succeeded or EndKind.Joined) || detail.Spawned is { Count: > ChildrenMax })
        {
            return false;
        }

        if (kind == EndKind.Joined
            && (detail.Join is not { IsFold: false, EarlyChildren: null } join || join.Policy.Kind == JoinPolicy.Rule.Quorum || !MayRun(join)))
        {
            return false;
        }

        foreach (var child in detail.Spawned ?? [])
        {
            if (!MayRun(child))
            {
                return false;
            }
        }

        return true;
    }

    private bool MayRun(TaskRecord task) =>
        task.Type.Pool == pool && task.Type is { MayRunAhead: true, Timeout: null } && task.Options is null && task.Type.EstimateTicks <= workMax.Ticks;

    /// <summary>What a task has spawned is ready, the first of it on top.</summary>
    private void GoOn(TaskRecord task, EndKind kind, AttemptDetail detail, LiveParent parent)
    {
        var join = kind == EndKind.Joined ? detail.Join : null;
        if (join is not null)
        {
            join.Owner = task;
            if (join.Children == 0)
            {
                Push(join);
            }
        }

        for (var index = (detail.Spawned?.Count ?? 0) - 1; index >= 0; index--)
        {
            var child = detail.Spawned![index];
            if (child.Join != join)
            {
                child.Join = null; // of a join that the handler made and then did not end with
            }

            if (join is not null && child.Join is null && task != _base.Task)
            {
                _joins[task] = join;
            }

            if (child.Join is null)
            {
                child.Parent = parent; // who joins it is found through the join
            }

            Push(child);
        }
    }

    /// <summary>A task has succeeded: its outcome goes to its join, and where that ends a join, to its owner.</summary>
    private void Succeed(TaskRecord task, Outcome outcome)
    {
        while (true)
        {
            task.Ahead = AheadState.Gone;
            if (task is JoinRecord { Owner: { } owner })
            {
                if (owner == _base.Task)
                {
                    _base.Kind = EndKind.Succeeded;
                    _base.Payload = outcome;
                    _base.Detail = null;
                    return;
                }

                Counts.Add(owner.Type, 1, AttemptEnd.NotMeasured);
                if (_joins.Count > 0)
                {
                    _joins.Remove(owner);
                }

                task = owner;
                continue;
            }

            if (task.Join is { } join)
            {
                join.Outcomes![task.JoinIndex] = outcome;
                if (++join.Succeeded == join.Children)
                {
                    Push(join);
                }
            }

            return;
        }
    }

    /// <summary>A task that is left comes into the entry of who is above it; who has none yet gets one, behind that of who is above in turn.</summary>
    private void Attach(AttemptEnds ends, TaskRecord left)
    {
        var below = left;
        int entry;
        for (var (above, via) = LeftAbove(below); !_told.TryGetValue(above, out entry); (above, via) = LeftAbove(below))
        {
            _chain.Add((above, via, below));
            below = above;
        }

        Add(ends, entry, below);
        for (var index = _chain.Count - 1; index >= 0; index--)
        {
            var (above, via, child) = _chain[index];
            above.Ahead = AheadState.Running;
            _told.Add(above, ends.Count);
            ref var end = ref ends.Add();
            end.Task = above;
            end.Run = 1;
            end.Kind = EndKind.Joined;
            end.Elapsed = AttemptEnd.NotMeasured;
            end.Detail = new AttemptDetail { Join = JoinOf(above, via) };
            Add(ends, ends.Count - 1, child);
        }

        _chain.Clear();
    }

    /// <summary>The join that a task waits for, of which one is known that stands right below it.</summary>
    private JoinRecord JoinOf(TaskRecord owner, TaskRecord via) =>
        via is JoinRecord join && join.Owner == owner ? join
        : via.Join is { } joining && joining.Owner == owner ? joining
        : _joins.TryGetValue(owner, out var known) ? known
        : throw new UnreachableException($"{owner.Type} {owner.Id} has something below it and waits for nothing.");

    private static void Add(AttemptEnds ends, int entry, TaskRecord child)
    {
        var detail = ends[entry].Detail!;
        if (child != detail.Join)
        {
            (detail.Spawned ??= []).Add(child);
        }
    }

    /// <summary>The nearest that is not gone, and who stands right below it on the way.</summary>
    private (TaskRecord Above, TaskRecord Via) LeftAbove(TaskRecord task)
    {
        var (above, via) = (Above(task), task);
        while (above.Ahead == AheadState.Gone && above != _base.Task)
        {
            (above, via) = (Above(above), above);
        }

        return (above, via);
    }

    /// <summary>
    /// Whom a child that nobody joins is found through. A spawner that has ended and that nobody joins either is of no use for that: a chain of follow-ups
    /// would be kept from its first to its last.
    /// </summary>
    private static LiveParent ParentOf(EndKind kind, TaskRecord spawner) =>
        kind == EndKind.Joined || spawner.Join is not null || spawner is JoinRecord ? spawner : spawner.Parent!;

    /// <summary>Who waits for it, or who has spawned it.</summary>
    private static TaskRecord Above(TaskRecord task) =>
        task is JoinRecord { Owner: { } owner } ? owner : task.Join is { Owner: { } joining } ? joining : (TaskRecord)task.Parent!;

    private AheadCounts Counts => _counts ??= new AheadCounts();

    private void Push(TaskRecord task)
    {
        if (_count == _ready.Length)
        {
            Array.Resize(ref _ready, _count * 2);
        }

        _ready[_count++] = task;
    }
}
