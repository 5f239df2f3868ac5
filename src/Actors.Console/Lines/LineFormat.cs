using System.Text.Json;
using System.Text.Unicode;
using Actors.Console.Exec;

namespace Actors.Console.Lines;

/// <summary>
/// Reads what stands on a line: one JSON object, which names a task type and its data, and options beside it. Empty lines and those that begin with <c>#</c> say
/// nothing. What it does not know it refuses. Immutable.
/// </summary>
/// <param name="folder">What relative folders and programs are relative to; absolute.</param>
/// <param name="allowed">Which programs may run.</param>
/// <param name="graceMax">The longest grace that may be asked for.</param>
internal sealed class LineFormat(string folder, AllowedPrograms allowed, TimeSpan graceMax)
{
    /// <summary>The task types.</summary>
    public static IReadOnlyList<string> Types { get; } = ["exec", "tree"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The same for what a program spawns that runs in a folder.</summary>
    public LineFormat Below(string otherFolder) => new(otherFolder, allowed, graceMax);

    /// <summary>A line of a file.</summary>
    /// <returns>The task; null where the line says nothing.</returns>
    /// <exception cref="LineException">It is wrong.</exception>
    public TaskLine? Parse(RawLine line) => Read(line, root => ReadTask(root, isSpawned: false));

    /// <summary>A line that a program wrote to spawn.</summary>
    /// <returns>A <see cref="TaskLine"/> or a <see cref="JoinLine"/>; null where the line says nothing.</returns>
    /// <exception cref="LineException">It is wrong.</exception>
    public Line? ParseSpawned(RawLine line) => Read<Line>(line, root => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("join", out _) ? ReadJoin(root) : ReadTask(root, isSpawned: true));

    private static T? Read<T>(RawLine line, Func<JsonElement, T> read)
        where T : Line
    {
        if (line.IsTooLong)
        {
            throw new LineException("it is longer than a line may be (actors.store.payload-max)");
        }

        var text = line.Utf8.Span.TrimStart(" \t\r"u8);
        if (text.IsEmpty || text[0] == (byte)'#')
        {
            return null;
        }

        if (!Utf8.IsValid(line.Utf8.Span))
        {
            throw new LineException("it is not UTF-8");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line.Utf8, Strict);
        }
        catch (JsonException broken)
        {
            throw new LineException($"it is not JSON: {MessageOf(broken)}", broken);
        }

        using (document)
        {
            return read(document.RootElement);
        }
    }

    // The message ends with places that count from 0, and lines of the line.
    private static string MessageOf(JsonException broken)
    {
        var end = broken.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = (end < 0 ? broken.Message : broken.Message[..end]).TrimEnd('.', ' ');
        return broken.BytePositionInLine is { } position ? $"{what} (byte {position + 1})" : what;
    }

    private TaskLine ReadTask(JsonElement root, bool isSpawned)
    {
        string[] members = ["task", "data", "key", "delay", "dueAt", "timeout", "retry", "priority", "unique"];
        var line = new LineObject(root, "", isSpawned ? members : [.. members, "whenDone", "deadline", "budget"]);
        return new TaskLine
        {
            Task = ReadType(line),
            Options = ReadOptions(line),
            WhenDone = line.Find("whenDone") is { } whenDone ? ReadWhenDone(new LineObject(whenDone, "whenDone", "task", "data")) : null,
            Deadline = line.Duration("deadline", mayBeZero: false),
            Budget = line.Find("budget") is { } budget ? ReadBudget(new LineObject(budget, "budget", "tasks", "depth", "attempts", "runningTime")) : null,
        };
    }

    private JoinLine ReadJoin(JsonElement root)
    {
        var line = new LineObject(root, "", "join", "data", "policy", "timeout", "retry", "priority");
        if (line.Required("join") != "exec")
        {
            throw new LineException("'join' must be \"exec\"");
        }

        return new JoinLine(ReadCall(line, isJoin: true), ReadPolicy(line.Text("policy") ?? "all"), ReadJoinOptions(line));
    }

    private WhenDone ReadWhenDone(LineObject line) => ReadType(line) is Exec.Exec exec ? new WhenDone(exec) : throw new LineException("'whenDone.task' must be \"exec\"");

    private ITask<JsonText> ReadType(LineObject line) => line.Required("task") switch
    {
        "exec" => new Exec.Exec(ReadCall(line, isJoin: false)),
        "tree" => ReadTree(line),
        var other => throw new LineException($"there is no task type '{other}'; there are {string.Join(", ", Types)}"),
    };

    private static TreeLine ReadTree(LineObject line)
    {
        var data = new LineObject(line.Find("data") ?? throw new LineException($"'{line.PathOf("data")}' is missing"), line.PathOf("data"), "fanOut", "depth");
        var (fanOut, depth) = (data.Number("fanOut", 1, 1_000_000) ?? 1, data.Number("depth", 0, 100_000) ?? 0);
        return Trees.TreeShape.Of(fanOut, depth) is null ? throw new LineException("'fanOut' and 'depth' make too large a tree") : new TreeLine(fanOut, depth);
    }

    private ProgramCall ReadCall(LineObject line, bool isJoin)
    {
        string[] members = ["program", "arguments", "environment", "folder", "outputMax", "grace", "retryCodes"];
        var data = new LineObject(line.Find("data") ?? throw new LineException($"'{line.PathOf("data")}' is missing"), line.PathOf("data"), isJoin ? members : [.. members, "input"]);
        var program = data.TextWithoutZero("program") ?? throw new LineException($"'{data.PathOf("program")}' is missing");
        program = program.Contains('/', StringComparison.Ordinal) && !program.StartsWith('/') ? Path.GetFullPath(program, folder) : program;
        if (allowed.Refusal(program) is { } refusal)
        {
            throw new LineException(refusal);
        }

        var environment = data.Variables("environment");
        if (allowed.IsRestricted && environment is { Count: > 0 })
        {
            throw new LineException($"'{data.PathOf("environment")}' is not allowed beside --allow: a variable can make a program run another");
        }

        var grace = data.Duration("grace", mayBeZero: true);
        if (grace > graceMax)
        {
            throw new LineException($"'{data.PathOf("grace")}' is more than {graceMax.TotalSeconds:0.###}s, the longest that there is (actors.grace)");
        }

        return new ProgramCall
        {
            Program = program,
            Arguments = data.Texts("arguments") ?? [],
            Environment = environment,
            Folder = Path.GetFullPath(data.TextWithoutZero("folder") ?? ".", folder),
            Input = isJoin ? null : data.Text("input", mayBeEmpty: true),
            OutputMax = data.Number("outputMax", 0, int.MaxValue / 2),
            Grace = grace,
            RetryCodes = data.Numbers("retryCodes", 1, 255),
        };
    }

    private static SpawnOptions? ReadOptions(LineObject line)
    {
        var options = new SpawnOptions
        {
            Key = line.Text("key"),
            Delay = line.Duration("delay", mayBeZero: true) ?? TimeSpan.Zero,
            DueAt = line.Moment("dueAt"),
            Timeout = line.Duration("timeout", mayBeZero: false),
            Retry = ReadRetry(line),
            Priority = line.Number("priority", TaskPriority.Lowest, TaskPriority.Highest),
            Unique = ReadUnique(line),
        };
        return options == new SpawnOptions() ? null
            : options is { DueAt: not null } && options.Delay > TimeSpan.Zero ? throw new LineException("a task has a 'delay' or a 'dueAt', not both")
            : options;
    }

    private static JoinOptions ReadJoinOptions(LineObject line) => new()
    {
        Timeout = line.Duration("timeout", mayBeZero: false),
        Retry = ReadRetry(line),
        Priority = line.Number("priority", TaskPriority.Lowest, TaskPriority.Highest),
    };

    private static UniqueTask? ReadUnique(LineObject line)
    {
        if (line.Find("unique") is not { } given)
        {
            return null;
        }

        if (given.ValueKind == JsonValueKind.String)
        {
            return new UniqueTask { Key = line.Required("unique") };
        }

        var unique = new LineObject(given, "unique", "key", "among", "period", "whenDuplicate");
        var among = unique.OneOf(
            "among", ("live", UniqueAmong.Live), ("not-started", UniqueAmong.NotStarted), ("live-or-succeeded", UniqueAmong.LiveOrSucceeded), ("live-or-ended", UniqueAmong.LiveOrEnded));
        var period = unique.Duration("period", mayBeZero: false);
        return period is null && among is UniqueAmong.LiveOrSucceeded or UniqueAmong.LiveOrEnded
            ? throw new LineException("'unique.period' is missing: tasks that have ended count, and for how long must be said")
            : new UniqueTask
            {
                Key = unique.Required("key"),
                Among = among ?? UniqueAmong.Live,
                Period = period,
                WhenDuplicate = unique.OneOf("whenDuplicate", ("attach", WhenDuplicate.Attach), ("skip", WhenDuplicate.Skip), ("replace", WhenDuplicate.Replace)) ?? WhenDuplicate.Attach,
            };
    }

    private static TaskBudget ReadBudget(LineObject budget) => new()
    {
        Tasks = budget.Number("tasks", 1, int.MaxValue),
        Depth = budget.Number("depth", 0, int.MaxValue),
        Attempts = budget.Number("attempts", 1, int.MaxValue),
        RunningTime = budget.Duration("runningTime", mayBeZero: false),
    };

    private static RetryPolicy? ReadRetry(LineObject line)
    {
        const int AttemptsMax = 1_000_000;
        if (line.Find("retry") is not { } given)
        {
            return null;
        }

        if (given.ValueKind == JsonValueKind.Number)
        {
            return RetryPolicy.Default with { MaxAttempts = line.Number("retry", 1, AttemptsMax)!.Value };
        }

        var retry = new LineObject(given, "retry", "attempts", "delay", "factor", "maxDelay", "jitter");
        return new RetryPolicy
        {
            MaxAttempts = retry.Number("attempts", 1, AttemptsMax) ?? RetryPolicy.Default.MaxAttempts,
            Delay = retry.Duration("delay", mayBeZero: true) ?? RetryPolicy.Default.Delay,
            Factor = retry.Share("factor", 1, 1_000) ?? RetryPolicy.Default.Factor,
            MaxDelay = retry.Duration("maxDelay", mayBeZero: true) ?? RetryPolicy.Default.MaxDelay,
            Jitter = retry.Share("jitter", 0, 1) ?? RetryPolicy.Default.Jitter,
        };
    }

    private static JoinPolicy ReadPolicy(string name) => name switch
    {
        "all" => JoinPolicy.All,
        "collect" => JoinPolicy.Collect,
        "first-success" => JoinPolicy.FirstSuccess,
        _ when name.StartsWith("quorum:", StringComparison.Ordinal) && int.TryParse(name.AsSpan("quorum:".Length), out var count) && count > 0 => JoinPolicy.Quorum(count),
        _ => throw new LineException($"'policy' must be all, collect, first-success or quorum:N, but is '{name}'"),
    };
}
