namespace Actors.Console.Scanning;

/// <summary>What could not be read, and why. Immutable.</summary>
/// <param name="Folder">The folder it is in.</param>
/// <param name="Name">Its name in the folder; empty where it is the folder itself.</param>
/// <param name="Message">What the system said.</param>
internal sealed record ScanError(FolderPath Folder, byte[] Name, string Message)
{
    /// <summary>The path of what could not be read.</summary>
    public string Path => Folder.PathOf(Name);

    /// <summary>The path and the reason.</summary>
    public override string ToString() => $"{Path}: {Message}";
}
