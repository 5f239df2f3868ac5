using System.Text;
using Actors.Console.Configuration;
using Actors.Console.Scanning;

namespace Actors.Console.Exec;

/// <summary>
/// Which programs may run: any, or those of a list. Those of a list are looked at once, when the engine starts: a link is followed then, and a file that is not the
/// same one when it is to run is refused. Immutable.
/// </summary>
internal sealed class AllowedPrograms
{
    private readonly Dictionary<string, (string Path, FileIdentity Identity)>? _allowed;

    private AllowedPrograms(Dictionary<string, (string Path, FileIdentity Identity)>? allowed) => _allowed = allowed;

    /// <summary>All of them.</summary>
    public static AllowedPrograms Any { get; } = new(null);

    /// <summary>Whether there is a list. Then tasks choose their arguments, but not what else decides which code runs: their environment.</summary>
    public bool IsRestricted => _allowed is not null;

    /// <summary>Those of a list.</summary>
    /// <param name="paths">Absolute paths of executable files.</param>
    /// <exception cref="UsageException">One is not absolute, or no executable file.</exception>
    public static AllowedPrograms Of(IEnumerable<string> paths)
    {
        var allowed = new Dictionary<string, (string, FileIdentity)>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (!path.StartsWith('/'))
            {
                throw new UsageException($"--allow '{path}' must be an absolute path");
            }

            var file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            if (IdentityOf(file) is not { } identity || !IsExecutable(file))
            {
                throw new UsageException($"--allow '{path}' is no program that can be run");
            }

            allowed[path] = (file, identity);
        }

        return new AllowedPrograms(allowed);
    }

    /// <summary>Why a program may not run, as far as its name tells; null where it may.</summary>
    public string? Refusal(string program) => _allowed is null || _allowed.ContainsKey(program)
        ? null
        : $"'{program}' is not allowed; the allowed programs are {string.Join(", ", _allowed.Keys.Order(StringComparer.Ordinal))}";

    /// <summary>The file to run.</summary>
    /// <param name="program">An absolute path, or a name.</param>
    /// <param name="searchPath">Where names are looked for: what PATH says.</param>
    /// <exception cref="ProgramStartException">There is none, or it may not run.</exception>
    public string FileOf(string program, string searchPath)
    {
        if (_allowed is null)
        {
            return program.StartsWith('/') ? program : Find(program, searchPath);
        }

        if (!_allowed.TryGetValue(program, out var allowed))
        {
            throw new ProgramStartException(Refusal(program)!);
        }

        return IdentityOf(allowed.Path) == allowed.Identity
            ? allowed.Path
            : throw new ProgramStartException($"'{program}' is not the file any more that was allowed when this began");
    }

    private static string Find(string name, string searchPath) =>
        searchPath.Split(':').Where(static folder => folder.StartsWith('/')).Select(folder => Path.Combine(folder, name)).FirstOrDefault(static file => IdentityOf(file) is not null && IsExecutable(file))
        ?? throw new ProgramStartException($"there is no program '{name}' in {searchPath}");

    private static unsafe bool IsExecutable(string path)
    {
        using var text = new NativeTexts([path]);
        return ProcessCalls.Access(text.First, ProcessCalls.ExecutableFile) == 0;
    }

    /// <summary>Null where it is no file.</summary>
    private static unsafe FileIdentity? IdentityOf(string path)
    {
        LinuxCalls.FileStatus status;
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return LinuxCalls.StatX(LinuxCalls.CurrentFolder, text, 0, LinuxCalls.TypeSizeAndInode, &status) == 0 && status.Type == LinuxCalls.EntryType.File
                ? new FileIdentity(status.Device, status.Inode)
                : null;
        }
    }
}
