using System.Globalization;
using Akka.Configuration;

namespace Actors.Console.Configuration;

/// <summary>Reads the values of a section, and names the key of one that cannot be used.</summary>
internal sealed class ConfigReader(Config config, string section)
{
    /// <summary>A text.</summary>
    public string Text(string key) => Read(key, path => config.GetString(path) ?? "", "a text");

    /// <summary><c>on</c> or <c>off</c>.</summary>
    public bool Switch(string key) => Read(key, path => config.GetBoolean(path), "on or off");

    /// <summary>A whole number of at least <paramref name="atLeast"/>.</summary>
    public int Number(string key, int atLeast) => Read(
        key,
        path => int.Parse(config.GetString(path), CultureInfo.InvariantCulture) is var number && number >= atLeast ? number : throw new FormatException(),
        $"a whole number of at least {atLeast}");

    /// <summary>A duration of at least <paramref name="atLeast"/>.</summary>
    public TimeSpan Duration(string key, TimeSpan atLeast) => Read(
        key,
        path => config.GetTimeSpan(path) is var duration && duration >= atLeast ? duration : throw new FormatException(),
        $"a duration of at least {atLeast.TotalMilliseconds} ms, such as 30s or 100ms");

    /// <summary>A number of bytes, more than none.</summary>
    public long Bytes(string key) => Read(
        key,
        path => config.GetByteSize(path) is { } bytes and > 0 ? bytes : throw new FormatException(),
        "a size of more than 0 bytes, such as 10MB or 512KiB");

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Texts(string key) => Read(key, path => (IReadOnlyList<string>)[.. config.GetStringList(path)], "a list of texts, such as [\"PATH\", \"HOME\"]");

    /// <summary>One of the names of <typeparamref name="TEnum"/>, in any case.</summary>
    public TEnum OneOf<TEnum>(string key)
        where TEnum : struct, Enum => Read(
        key,
        path => Enum.TryParse<TEnum>(config.GetString(path), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : throw new FormatException(),
        $"one of {string.Join(", ", Enum.GetNames<TEnum>().Select(name => name.ToLowerInvariant()))}");

    private T Read<T>(string key, Func<string, T> read, string wanted)
    {
        var path = $"{section}.{key}";
        try
        {
            return read(path);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentException or ConfigurationException)
        {
            throw new UsageException($"configuration: {path} must be {wanted}, but is '{config.GetString(path)}'", wrong);
        }
    }
}
