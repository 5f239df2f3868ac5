using System.IO.Enumeration;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Actors.Console.Scanning;

/// <summary>Reads folders through System.IO, where <see cref="LinuxFolderReader"/> cannot.</summary>
internal sealed class PortableFolderReader : IFolderReader
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    public PathKind Look(FolderPath path)
    {
        var text = path.ToString();
        var file = new FileInfo(text);
        if (file.LinkTarget is not null && !Path.EndsInDirectorySeparator(text))
        {
            return PathKind.Link;
        }

        return Directory.Exists(text) ? PathKind.Folder : file.Exists ? PathKind.File : PathKind.Nothing;
    }

    public void Read(FolderContents contents, CancellationToken cancellation)
    {
        try
        {
            var entries = new FileSystemEnumerable<Entry>(contents.Folder.ToString(), static (ref FileSystemEntry entry) => new Entry(entry), Everything);
            foreach (var entry in entries)
            {
                cancellation.ThrowIfCancellationRequested();
                entry.Tell(contents);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            contents.AddError([], unreadable.Message);
        }
    }

    public SafeFileHandle OpenFile(FolderPath folder, ReadOnlySpan<byte> name)
    {
        try
        {
            return File.OpenHandle(folder.PathOf(name));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    private readonly struct Entry
    {
        private readonly byte[] _name;
        private readonly FileAttributes _attributes;
        private readonly bool _isFolder;
        private readonly long _size;

        public Entry(FileSystemEntry entry)
        {
            _name = Encoding.UTF8.GetBytes(entry.FileName.ToString());
            _attributes = entry.Attributes;
            _isFolder = entry.IsDirectory;
            _size = _isFolder || _attributes.HasFlag(FileAttributes.ReparsePoint) ? 0 : entry.Length;
        }

        public void Tell(FolderContents contents)
        {
            if (_attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                contents.AddLink();
            }
            else if (_isFolder)
            {
                contents.AddFolder(_name);
            }
            else if (_attributes.HasFlag(FileAttributes.Device))
            {
                contents.AddOther();
            }
            else
            {
                contents.AddFile(_name, _size, default);
            }
        }
    }
}
