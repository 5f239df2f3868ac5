namespace Actors.Simulation.Histories;

/// <summary>What becomes of a task whose key another live one of its type has, in the words of the histories.</summary>
internal enum Clash
{
    Attach,
    Skip,
    Replace,
}

/// <summary>That a task is to be the only live one of its type with a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Clash">What becomes of it where it is not; of a replacement, of the other one.</param>
internal sealed record UniqueWish(int Key, Clash Clash)
{
    public override string ToString() => $"key {Key}, {Clash}";
}

/// <summary>What a history with unique tasks is played under.</summary>
internal sealed record UniqueTerms
{
    /// <summary>How many keys there are of each type. Few, so that many meet.</summary>
    public int Keys { get; } = 2;

    /// <summary>Whether the ledger is not told of one of the keys: a planted fault.</summary>
    public bool ForgetsAKey { get; init; }

    /// <summary>Whether the ledger is told that what is to be skipped attaches: a planted fault.</summary>
    public bool AttachesAll { get; init; }

    /// <summary>Whether the ledger is told that nothing is replaced: a planted fault.</summary>
    public bool ReplacesNothing { get; init; }

    /// <summary>What the ledger is told.</summary>
    public UniqueWish? Told(UniqueWish? wish) =>
        wish is null || (ForgetsAKey && wish.Key == 0) ? null
        : AttachesAll && wish.Clash == Clash.Skip ? wish with { Clash = Clash.Attach }
        : ReplacesNothing && wish.Clash == Clash.Replace ? wish with { Clash = Clash.Skip }
        : wish;
}
