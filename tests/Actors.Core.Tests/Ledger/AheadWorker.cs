using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

/// <summary>A worker that runs ahead, as the engine's runner does, but in one thread: a spec says what it does next.</summary>
internal sealed class AheadWorker(WorkerRecord record, Func<TaskRecord, int, AttemptEnd> handle)
{
    private readonly AttemptEnds _ends = new(4);
    private AssignedTask[] _tasks = [];
    private int _next;
    private RunAhead? _ahead;
    private int _reported;
    private AssignedTask? _running;

    public WorkerRecord Record => record;

    public Assignment? Assignment { get; private set; }

    /// <summary>The task whose handler is at work; null between handlers.</summary>
    public TaskRecord? Running => _running?.Task;

    /// <summary>Whether all that it has has been told but for what runs: nothing starts any more.</summary>
    public bool IsTold { get; private set; }

    public bool CanShare => _running is null && !IsTold && _ahead is { IsOpen: true } && _ahead.Ready + _tasks.Length - _next > 1;

    public void Take(Assignment assignment)
    {
        (Assignment, _tasks, _next, _ahead, IsTold, _running) = (assignment, assignment.Tasks, 0, null, false, null);
        _reported = _ends.Count;
    }

    /// <summary>All of its assignment has been reported.</summary>
    public void Rest() => Assignment = null;

    /// <summary>Starts a handler.</summary>
    /// <returns>Whether there was something to start.</returns>
    public bool Start()
    {
        while (!IsTold)
        {
            if (_ahead is { IsOpen: true })
            {
                if (_ahead.Peek() is not { } next)
                {
                    Assert.True(_ahead.TryComplete(out _ends.Add()));
                    continue;
                }

                if (_ahead.Base.Interruption != Interruption.None)
                {
                    return false;
                }

                _ahead.Take();
                _running = RunAhead.RunOf(next);
                return true;
            }

            if (_next == _tasks.Length)
            {
                return false;
            }

            if (_tasks[_next].Task.Interruption != Interruption.None)
            {
                _ends.Add() = new AttemptEnd { Task = _tasks[_next].Task, Run = _tasks[_next].Run, Kind = EndKind.Interrupted };
                _next++;
                continue;
            }

            _running = _tasks[_next++];
            return true;
        }

        return false;
    }

    /// <summary>The handler ends.</summary>
    public void End()
    {
        var run = _running!.Value;
        _running = null;
        var isAhead = _ahead is { IsOpen: true };
        var end = handle(run.Task, run.Attempt) with { Run = run.Run };
        if (IsTold)
        {
            _ends.Add() = end;
        }
        else if (isAhead)
        {
            if (!_ahead!.TrySettle(in end))
            {
                _ahead.Tell(_ends, run.Task, 0, null);
                _ends.Add() = end;
                Tell();
            }
        }
        else if (Assignment!.MayRunAhead is null || end.Detail is null || !(_ahead ??= new RunAhead(0, TimeSpan.FromSeconds(1))).TryBegin(in end))
        {
            _ends.Add() = end;
        }
    }

    /// <summary>All is told: because of a recall, or since the slice is over.</summary>
    public void Tell()
    {
        IsTold = true;
        if (_ahead is { IsOpen: true })
        {
            _ahead.Tell(_ends, Running, 0, null);
        }

        GiveBackRest();
    }

    public void Share()
    {
        if (_next < _tasks.Length)
        {
            GiveBackRest();
            return;
        }

        List<TaskRecord> kept = [];
        _ahead!.Tell(_ends, null, (_ahead.Ready + 1) / 2, kept);
        _tasks = [.. kept.Select(RunAhead.RunOf)];
        _next = 0;
    }

    /// <summary>What has not been reported yet.</summary>
    public AttemptEnd[] Unreported()
    {
        var ends = _ends.Items[_reported.._ends.Count];
        _reported = _ends.Count;
        return ends;
    }

    private void GiveBackRest()
    {
        for (; _next < _tasks.Length; _next++)
        {
            _ends.Add() = new AttemptEnd { Task = _tasks[_next].Task, Run = _tasks[_next].Run, Kind = EndKind.GivenBack };
        }
    }
}
