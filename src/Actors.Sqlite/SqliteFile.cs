using System.Buffers.Binary;
using Microsoft.Data.Sqlite;

namespace Actors.Sqlite;

/// <summary>The file of a store: whether it is one, who has it, connections to it.</summary>
internal sealed class SqliteFile(string path)
{
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(10);
    private FileStream? _lock;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string LockPath => Path + "-lock";

    /// <summary>Looks at the file without opening it as a database.</summary>
    /// <returns>Whether it is there, with something in it.</returns>
    /// <exception cref="StoreException">It is something else, or of a newer version.</exception>
    public bool Inspect()
    {
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(Path)))
        {
            throw new StoreException($"The store {Path} has no folder to be in: make {System.IO.Path.GetDirectoryName(Path)}, or name another file.");
        }

        if (Directory.Exists(Path))
        {
            throw new StoreException($"The store {Path} is a folder. Name a file.");
        }

        try
        {
            if (!File.Exists(Path))
            {
                return false;
            }

            Span<byte> header = stackalloc byte[100];
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (length == 0)
            {
                return false;
            }

            if (length < header.Length || !header.StartsWith("SQLite format 3\0"u8))
            {
                throw new StoreException($"{Path} is not a store: it is not even an SQLite file. It was left as it is; name another file.");
            }

            if (BinaryPrimitives.ReadInt32BigEndian(header[68..]) != SqliteSchema.ApplicationId && !File.Exists(Path + "-journal"))
            {
                throw new StoreException($"{Path} is not a store: it is an SQLite file of something else. It was left as it is; name another file.");
            }

            ThrowIfNewer(BinaryPrimitives.ReadInt32BigEndian(header[60..]));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The store {Path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Makes it this process's own, until it ends or gives it up; the kernel knows, whatever the process dies of.</summary>
    /// <exception cref="StoreException">Another process has it, or it cannot be written.</exception>
    public void Lock(bool takeOver)
    {
        try
        {
            _lock = OpenLock();
        }
        catch (IOException) when (File.Exists(LockPath))
        {
            if (!takeOver)
            {
                throw new StoreException($"The store {Path} is in use by {Owner()}. Stop that process, or take the store over with --take-over (actors.store.take-over = on).");
            }

            File.Delete(LockPath); // whoever has it keeps what is nobody's name any more; the epoch stops its writing
            _lock = OpenLock();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The store {Path} cannot be written: {exception.Message}", exception);
        }
    }

    public void Unlock() => _lock?.Dispose();

    /// <summary>Whether some process has it.</summary>
    public bool IsLocked()
    {
        try
        {
            if (!File.Exists(LockPath))
            {
                return false;
            }

            OpenLock().Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Makes the file, readable to its user alone.</summary>
    public void Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(Path, options);
    }

    /// <summary>A connection for one thread.</summary>
    public Database Connect() => new(Path, Busy);

    public void ThrowIfNewer(long version)
    {
        if (version > SqliteSchema.Version)
        {
            throw new StoreException(
                $"The store {Path} has version {version}, and this program knows versions up to {SqliteSchema.Version}. It was left as it is; use the newer program.");
        }
    }

    private FileStream OpenLock()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(LockPath, options);
    }

    private string Owner()
    {
        try
        {
            using var database = Connect();
            using var owner = new Statement(database, "SELECT owner FROM partition");
            return owner.Step() ? System.Text.Encoding.UTF8.GetString(owner.Bytes()) : "another process";
        }
        catch (SqliteException)
        {
            return "another process";
        }
    }
}
