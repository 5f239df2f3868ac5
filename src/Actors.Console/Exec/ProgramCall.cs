namespace Actors.Console.Exec;

/// <summary>A program and all that it is started with. Immutable; written into stores, so its names stay.</summary>
internal sealed record ProgramCall
{
    /// <summary>An absolute path, or a name without a slash that is looked for in PATH.</summary>
    public required string Program { get; init; }

    /// <summary>What it gets as its arguments, one by one: no shell reads them.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables besides those that every program gets.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The folder that it starts in; absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>What it reads from standard input; null for nothing. A join reads its children's outcomes there instead.</summary>
    public string? Input { get; init; }

    /// <summary>Bytes: how much is kept of standard output, and of standard error; null for what is configured.</summary>
    public int? OutputMax { get; init; }

    /// <summary>How long it has between SIGTERM and SIGKILL; null for what is configured.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Exit codes after which it is tried again; null for all but 0, as far as there are attempts.</summary>
    public IReadOnlyList<int>? RetryCodes { get; init; }
}

/// <summary>Runs a program.</summary>
[TaskName("exec")]
internal sealed record Exec(ProgramCall Call) : ITask<JsonText>;

/// <summary>Runs a program that reads the outcomes of what another has spawned.</summary>
/// <param name="Call">The program.</param>
/// <param name="Keys">The keys of the children, in their order, null for one that has none; null where none has.</param>
[TaskName("exec-join")]
internal sealed record ExecJoin(ProgramCall Call, IReadOnlyList<string?>? Keys) : IJoin<JsonText, JsonText>;

/// <summary>Runs a task when all others of its tree have ended, and forgets its result.</summary>
[TaskName("when-done")]
internal sealed record WhenDone(Exec Task) : ITask;

/// <summary>Forgets it; a failure it is all the same.</summary>
[TaskName("when-done-end")]
internal sealed record WhenDoneEnd : IJoin<JsonText, Unit>
{
    /// <summary>The only one: it carries nothing.</summary>
    public static WhenDoneEnd Instance { get; } = new();
}

/// <summary>Runs it.</summary>
internal sealed class WhenDoneHandler : ITaskHandler<WhenDone, Unit>, IJoinHandler<WhenDoneEnd, JsonText, Unit>
{
    public Ending<Unit> Handle(WhenDone task, TaskContext context) => context.Join([task.Task], WhenDoneEnd.Instance);

    public Ending<Unit> Handle(WhenDoneEnd join, IReadOnlyList<Outcome<JsonText>> outcomes, TaskContext context) => context.Done();
}
