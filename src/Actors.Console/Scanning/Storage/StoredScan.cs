using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Console.Scanning.Duplicates;

namespace Actors.Console.Scanning.Storage;

/// <summary>How the messages and results of a scan stand in a store. Names of files are bytes: text where they are UTF-8, base64 behind "=" where they are not.</summary>
internal static class StoredScan
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>For <see cref="TaskRegistry.UseJson"/>.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new Surrogate<FolderPath, string[]>(NamesOf, PathOf),
            new Surrogate<ErrorList, Errors>(static list => new Errors(list.Count, list.Kept), static stored => ErrorList.Of(stored.Count, [.. stored.Kept])),
            new Surrogate<Largest, IReadOnlyList<Sized>>(static largest => largest.Kept, static kept => Largest.Of([.. kept])),
            new Surrogate<FileTypes, IReadOnlyList<FileType>>(static types => types.All, FileTypes.Of),
            new Surrogate<FileBatch, Batch>(BatchOf, static stored => stored.ToBatch()),
            new Surrogate<FileList, FileBatch[]>(static list => [.. list.Batches()], static batches => batches.Aggregate(FileList.Empty, static (list, batch) => list + FileList.Of(batch))),
            new Surrogate<FileReference, Batch>(static file => BatchOf(file.Batch.Only(file.Index)), static stored => new FileReference(stored.ToBatch(), 0)),
            new Surrogate<TotalsStack, IReadOnlyList<Level>>(
                static stack => [.. stack.Levels().Select(static level => new Level(level.Top, level.Height))],
                static levels => TotalsStack.OfLevels(levels.Select(static level => (level.Totals, level.Height)))),
            new Surrogate<DuplicateFindings, Findings>(
                static findings => new Findings(findings.Groups, findings.Errors), static stored => DuplicateFindings.Of(stored.Groups, stored.Errors)),
            new Surrogate<Fingerprint, byte[]>(static fingerprint => Convert.FromHexString(fingerprint.ToString()), static sha256 => new Fingerprint(sha256)),
        },
    };

    private static string[] NamesOf(FolderPath folder) => [.. folder.ChainBelow(null).Select(static step => TextOf(step.Name))];

    private static FolderPath PathOf(string[] names)
    {
        var path = FolderPath.Root(BytesOf(names[0]));
        foreach (var name in names.AsSpan(1))
        {
            path = path.Child(BytesOf(name));
        }

        return path;
    }

    private static Batch BatchOf(FileBatch batch) => new(
        batch.Folder,
        [.. Enumerable.Range(0, batch.Count).Select(index => TextOf(batch.NameOf(index)))],
        [.. Enumerable.Range(0, batch.Count).Select(index => batch[index].Bytes)],
        [.. Enumerable.Range(0, batch.Count).Select(index => batch[index].Identity)]);

    private static string TextOf(ReadOnlySpan<byte> name)
    {
        try
        {
            var text = Strict.GetString(name);
            return text.StartsWith('=') ? Encoded(name) : text;
        }
        catch (DecoderFallbackException)
        {
            return Encoded(name);
        }
    }

    private static string Encoded(ReadOnlySpan<byte> name) => "=" + Convert.ToBase64String(name);

    private static byte[] BytesOf(string text) => text.StartsWith('=') ? Convert.FromBase64String(text[1..]) : Strict.GetBytes(text);

    private sealed record Errors(long Count, IReadOnlyList<ScanError> Kept);

    private sealed record Level(FolderTotals Totals, int Height);

    private sealed record Findings(IReadOnlyList<DuplicateGroup> Groups, ErrorList Errors);

    private sealed record Batch(FolderPath Folder, string[] Names, long[] Bytes, FileIdentity[] Identities)
    {
        public FileBatch ToBatch()
        {
            var builder = new FileBatchBuilder(Folder);
            for (var index = 0; index < Names.Length; index++)
            {
                builder.Add(BytesOf(Names[index]), Bytes[index], Identities[index]);
            }

            return builder.BuildBatch();
        }
    }
}
