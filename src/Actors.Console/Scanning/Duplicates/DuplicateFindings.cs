namespace Actors.Console.Scanning.Duplicates;

/// <summary>Files with the same content. Immutable.</summary>
/// <param name="Bytes">The size of each.</param>
/// <param name="Sha256">The fingerprint of the content.</param>
/// <param name="Files">The files, at least two, none of them a hard link to another, in the order of their paths.</param>
internal sealed record DuplicateGroup(long Bytes, Fingerprint Sha256, IReadOnlyList<FileReference> Files)
{
    /// <summary>What would be free if only one were left.</summary>
    public long WastedBytes => Bytes * (Files.Count - 1);
}

/// <summary>Groups of duplicates, and what could not be read on the way to them. Immutable.</summary>
internal sealed class DuplicateFindings
{
    private readonly DuplicateGroup[] _groups;
    private readonly DuplicateFindings? _before;

    private DuplicateFindings(DuplicateGroup[] groups, ErrorList errors, DuplicateFindings? before)
    {
        _groups = groups;
        _before = before;
        Errors = errors;
    }

    /// <summary>Nothing.</summary>
    public static DuplicateFindings Empty { get; } = new([], ErrorList.Empty, null);

    /// <summary>What could not be read, so that it is not known whether it has duplicates.</summary>
    public ErrorList Errors { get; }

    /// <summary>The groups.</summary>
    public IReadOnlyList<DuplicateGroup> Groups => _before is null ? _groups : Sorted()._groups;

    /// <summary>How many files are in groups, each group's first among them.</summary>
    public long Files => Groups.Sum(group => (long)group.Files.Count);

    /// <summary>What would be free if one file of each group were left.</summary>
    public long WastedBytes => Groups.Sum(group => group.WastedBytes);

    /// <summary>The duplicates among files of one size.</summary>
    public static DuplicateFindings Of(IEnumerable<DuplicateGroup> groups, ErrorList errors) => new([.. groups], errors, null);

    /// <summary>These findings and those of one more size.</summary>
    public static DuplicateFindings operator +(DuplicateFindings before, DuplicateFindings one) =>
        one._groups.Length == 0 && one.Errors.Count == 0 ? before : new(one._groups, before.Errors + one.Errors, before);

    /// <summary>The same in one list, the groups that waste most first.</summary>
    public DuplicateFindings Sorted()
    {
        var all = new List<DuplicateGroup>();
        for (var findings = this; findings is not null; findings = findings._before)
        {
            all.AddRange(findings._groups);
        }

        return new([.. all.OrderByDescending(group => group.WastedBytes).ThenBy(group => group.Sha256.ToString(), StringComparer.Ordinal)], Errors, null);
    }
}
