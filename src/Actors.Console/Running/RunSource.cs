using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Actors.Console.Configuration;
using Actors.Console.Lines;

namespace Actors.Console.Running;

/// <summary>
/// Where lines come from, and what names them in a store. A line of a file is named by the file's path, links followed, by its number and by what stands on it: so a file
/// may grow while it is run and afterwards, and what stood there before is not run again; a line that is changed is another task. A name that is given takes the place of the path.
/// </summary>
internal sealed class RunSource : IAsyncDisposable
{
    private const string StandardInput = "-";
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(200);

    private readonly Stream _stream;
    private readonly string? _identity;

    private RunSource(string name, Stream stream, string? identity)
    {
        Name = name;
        _stream = stream;
        _identity = identity is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Whether lines that name no key have one all the same.</summary>
    public bool NamesLines => _identity is not null;

    /// <summary>Opens it.</summary>
    /// <param name="file">A path, or <c>-</c>.</param>
    /// <param name="name">What names its lines in place of the path; null for the path, and for nothing where it is standard input.</param>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static RunSource Open(string file, string? name)
    {
        if (file == StandardInput)
        {
            return new RunSource("standard input", System.Console.OpenStandardInput(), name is null ? null : $"name {name}");
        }

        try
        {
            var path = Path.GetFullPath(file);
            var stream = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.SequentialScan, BufferSize = 0 });
            return new RunSource(file, stream, name is null ? $"path {RealPathOf(path)}" : $"name {name}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"run: '{file}' cannot be read: {(Directory.Exists(file) ? "it is a folder" : File.Exists(file) ? unreadable.Message : "there is no such file")}", unreadable);
        }
    }

    /// <summary>Its lines.</summary>
    /// <param name="lineMax">Bytes.</param>
    /// <param name="follow">Whether the end is only the end for now.</param>
    public LineReader Read(int lineMax, bool follow) => new(_stream, lineMax, follow ? AwaitMoreAsync : null);

    /// <summary>The key of a line that names none; null where there is no telling it from another.</summary>
    public string? KeyOf(RawLine line)
    {
        if (_identity is null)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line.Utf8.Span, hash);
        return string.Create(CultureInfo.InvariantCulture, $"run {_identity} {line.Number} {Convert.ToHexStringLower(hash[..16])}");
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static string RealPathOf(string path)
    {
        var folder = Path.GetDirectoryName(path);
        var real = folder is null ? path : Path.Combine(new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder, Path.GetFileName(path));
        return File.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real;
    }

    /// <summary>A file that grows tells nobody: it is looked at again and again.</summary>
    private async Task<bool> AwaitMoreAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookAgainAfter);
        while (true)
        {
            if (_stream.CanSeek && _stream.Length != _stream.Position)
            {
                return _stream.Length > _stream.Position ? true : throw new IOException($"{Name} has become shorter while it was followed; nothing more is read from it");
            }

            if (!_stream.CanSeek)
            {
                return false; // a pipe has an end
            }

            await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
        }
    }
}
