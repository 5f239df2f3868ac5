using System.Globalization;
using Serilog;

namespace Actors.Console.Exec;

/// <summary>Where the files of running programs are: a folder that nobody else may enter, named for this process, and gone with it.</summary>
internal sealed class ExecFolder : IDisposable
{
    private const string Prefix = "actors-run-";

    private readonly string _path = Directory.CreateTempSubdirectory($"{Prefix}{EngineMark.Own}-").FullName; // 0700

    /// <summary>The file that a run reads from.</summary>
    public string InputOf(long run) => NameOf(run, "in");

    /// <summary>The file that a run writes to spawn.</summary>
    public string SpawnOf(long run) => NameOf(run, "spawn");

    /// <summary>Deletes the folders of engines that are not there any more.</summary>
    public static void DeleteOrphans()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            var name = Path.GetFileName(folder)[Prefix.Length..];
            if (name.LastIndexOf('-') is > 0 and var end && EngineMark.TryParse(name.AsSpan(0, end), out var mark) && !mark.IsAlive)
            {
                Delete(folder);
            }
        }
    }

    public void Dispose() => Delete(_path);

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            Log.Information("The folder {Folder} cannot be deleted: {Cause}", folder, kept.Message);
        }
    }

    private string NameOf(long run, string kind) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{run}.{kind}"));
}
