namespace Actors.Console.Scanning;

/// <summary>Which file it is, whatever its name: two names with the same identity are hard links. All zero where it is not known.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Whether it says anything.</summary>
    public bool IsKnown => Inode != 0;
}
