namespace Actors.Simulation.Histories;

/// <summary>
/// Limits and orders in the words of the histories: tasks of two types, of two pools, share a limit by one key, those of one of them stand under a second one beside
/// it, and those of a third type keep an order by another key.
/// </summary>
/// <param name="Permits">How many of a key may run.</param>
/// <param name="PermitsOfAll">How many "middling" tasks may run, whatever their keys.</param>
internal sealed record GateTerms(int Permits, int PermitsOfAll)
{
    public const string Limit = "by key";
    public const string LimitOfAll = "of all";
    public const string Order = "in order";
    public const string Rate = "a while";
    private const int Keys = 3;
    public const int RateKeys = 2;

    /// <summary>How often a key of "middling" and "long" tasks may start; null where as often as it likes.</summary>
    public RateTerms? Rated { get; init; }

    /// <summary>What the ledger is told besides, and should not be: a planted fault.</summary>
    public int PermitsTooMany { get; init; }

    /// <summary>Likewise, of the tokens of a bucket.</summary>
    public int TokensTooMany { get; init; }

    /// <summary>Whether the ledger is not told of the order: a planted fault.</summary>
    public bool ForgetsOrder { get; init; }

    /// <summary>The key of a task at a limit or the rate; null where it has none.</summary>
    public static string? KeyAt(string rule, Errand task) => (rule, task.Type.Name) switch
    {
        (Limit, "brief" or "middling") => $"{task.Number % Keys}",
        (LimitOfAll, "middling") => "",
        (Rate, "middling" or "long") => $"{task.Number % RateKeys}",
        _ => null,
    };

    /// <summary>The key that a task keeps an order by; null where it keeps none. One in two has none; joins and completion tasks have keys of their own.</summary>
    public static string? OrderOf(Errand task) =>
        task.Type.Name != "timed" || task.Number % 2 != 0 ? null : !IsLate(task) ? $"{task.Number / 2 % 2}" : $"late {task.Number / 2 % 2}";

    /// <summary>Whether it takes its place later than it is made, and another one when its process comes back: only that it has its turn in the end is judged.</summary>
    public static bool IsLate(Errand task) => task.Join is not null || (task.Spawner is { } root && task.Id == root.Id.Completion());

    /// <summary>How many may run at a limit.</summary>
    public int PermitsAt(string limit) => limit == Limit ? Permits : PermitsOfAll;
}

/// <summary>How often tasks may start: a bucket that begins full.</summary>
/// <param name="TokenLimit">What it holds.</param>
/// <param name="TokensPerPeriod">What a period brings.</param>
/// <param name="Period">How long one is.</param>
internal sealed record RateTerms(int TokenLimit, int TokensPerPeriod, TimeSpan Period)
{
    /// <summary>After so long without a start a bucket is full.</summary>
    public TimeSpan Rest => ((TokenLimit + TokensPerPeriod - 1) / TokensPerPeriod) * Period;
}
