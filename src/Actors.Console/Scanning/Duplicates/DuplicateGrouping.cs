namespace Actors.Console.Scanning.Duplicates;

/// <summary>Which files are alike, from what reading them told.</summary>
internal static class DuplicateGrouping
{
    /// <summary>The groups of two files or more with the same fingerprint.</summary>
    /// <param name="files">The files, all of one size.</param>
    /// <param name="results">What reading each told, in the same order.</param>
    /// <param name="errors">Those that could not be read: they are in no group.</param>
    public static IReadOnlyList<DuplicateGroup> Group(IReadOnlyList<FileReference> files, IReadOnlyList<Outcome<ReadResult>> results, out ErrorList errors)
    {
        var unreadable = new List<ScanError>();
        var alike = new Dictionary<Fingerprint, List<FileReference>>();
        for (var i = 0; i < files.Count; i++)
        {
            switch (results[i].ValueOr(ReadResult.Nothing))
            {
                case { Error: { } error }:
                    unreadable.Add(new ScanError(files[i].Folder, files[i].Name.ToArray(), error));
                    break;
                case { Fingerprint: { } fingerprint }:
                    (alike.TryGetValue(fingerprint, out var group) ? group : alike[fingerprint] = []).Add(files[i]);
                    break;
                default: // its task failed, which the tree counts
                    break;
            }
        }

        errors = ErrorList.Of(unreadable.Count, unreadable);
        return [.. alike.Where(group => group.Value.Count > 1).Select(group => new DuplicateGroup(files[0].Bytes, group.Key, InOrder(group.Value)))];
    }

    private static FileReference[] InOrder(List<FileReference> files) => [.. files
        .OrderBy(file => file.Folder)
        .ThenBy(file => file.Name.ToArray(), Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right)))];
}
