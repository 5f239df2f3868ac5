namespace Actors.Tests.Ban;

/// <summary>One line of <c>src/BannedSymbols.txt</c>.</summary>
/// <param name="Id">The member's or type's documentation id, <c>P:System.Threading.Tasks.Task`1.Result</c>.</param>
/// <param name="Remedy">What to do instead.</param>
internal sealed record Ban(string Id, string Remedy)
{
    public bool IsType => Id.StartsWith("T:", StringComparison.Ordinal);

    /// <summary>The id without its parameters: one kind for all overloads of a method.</summary>
    public string Kind
    {
        get
        {
            var name = Id.Split('(')[0];
            var arity = name.IndexOf("``", StringComparison.Ordinal);
            return arity < 0 ? name : name[..arity];
        }
    }
}

/// <summary>The ban list as it stands in <c>src/BannedSymbols.txt</c>: what the analyzer reads is what the scan of the assemblies reads.</summary>
internal sealed class BanList
{
    private readonly Dictionary<string, Ban> _byId;

    private BanList(IReadOnlyList<Ban> bans)
    {
        Bans = bans;
        _byId = bans.ToDictionary(ban => ban.Id, StringComparer.Ordinal);
    }

    public static BanList OfSources { get; } = Parse(File.ReadAllText(SourceTree.BanListPath));

    public IReadOnlyList<Ban> Bans { get; }

    public Ban? Find(string id) => _byId.GetValueOrDefault(id);

    public static BanList Parse(string text) => new(
    [
        .. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("//", StringComparison.Ordinal))
            .Select(line => line.Split(';', 2, StringSplitOptions.TrimEntries))
            .Select(parts => new Ban(parts[0], parts.ElementAtOrDefault(1) ?? "")),
    ]);
}
