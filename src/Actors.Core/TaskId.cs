using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Actors;

/// <summary>
/// The identity of a task: 128 bits. A follow-up's id is determined by its parent and its place there (ordinal or
/// key), so that running the parent again names the same children. Printed as 32 lower-case hexadecimal digits.
/// </summary>
/// <remarks>
/// Children are derived with the 64-bit finalizer of MurmurHash3 (Austin Appleby, public domain) over both halves.
/// It spreads well and costs nanoseconds; it is not cryptographic, so keys that an adversary chooses should be hashed by
/// the caller first.
/// </remarks>
/// <param name="High">The upper 64 bits.</param>
/// <param name="Low">The lower 64 bits.</param>
public readonly record struct TaskId(ulong High, ulong Low) : IComparable<TaskId>
{
    /// <summary>The id of a root that the caller names: the same key gives the same id in every process.</summary>
    /// <param name="key">Any text that is not empty; compared ordinally.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null or empty.</exception>
    public static TaskId FromKey(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new TaskId(0x6163746F7273UL, 0x726F6F74UL).Keyed(Lane.Key, key);
    }

    /// <summary>The id that has the 16 bytes of <paramref name="value"/>.</summary>
    public static TaskId FromGuid(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new TaskId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>Reads what <see cref="ToString"/> printed.</summary>
    /// <param name="text">32 hexadecimal digits.</param>
    /// <param name="id">The id, or the default where the text is not one.</param>
    /// <returns>Whether <paramref name="text"/> is an id.</returns>
    public static bool TryParse(string? text, out TaskId id)
    {
        id = default;
        if (text is not { Length: 32 }
            || !ulong.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(text.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        id = new TaskId(high, low);
        return true;
    }

    /// <summary>The id of the follow-up that a parent with this id spawns as its <paramref name="ordinal"/>-th.</summary>
    /// <param name="ordinal">0-based, in the order of the calls that spawn without a key.</param>
    public TaskId Child(int ordinal) => Derive(Lane.Ordinal, (uint)ordinal);

    /// <summary>The id of the follow-up that a parent with this id spawns under <paramref name="key"/>.</summary>
    /// <param name="key">Any text that is not empty; compared ordinally.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null or empty.</exception>
    public TaskId Child(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Keyed(Lane.Key, key);
    }

    /// <inheritdoc/>
    public int CompareTo(TaskId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)(Low ^ (Low >> 32));

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");

    /// <summary>Compares the 128-bit numbers.</summary>
    public static bool operator <(TaskId left, TaskId right) => left.CompareTo(right) < 0;

    /// <summary>Compares the 128-bit numbers.</summary>
    public static bool operator <=(TaskId left, TaskId right) => left.CompareTo(right) <= 0;

    /// <summary>Compares the 128-bit numbers.</summary>
    public static bool operator >(TaskId left, TaskId right) => left.CompareTo(right) > 0;

    /// <summary>Compares the 128-bit numbers.</summary>
    public static bool operator >=(TaskId left, TaskId right) => left.CompareTo(right) >= 0;

    /// <summary>The <paramref name="number"/>-th root of whoever has this id as origin. Two numbers never give the same.</summary>
    internal TaskId Root(long number) => Derive(Lane.Root, (ulong)number);

    /// <summary>The root of the tree that runs again what failed in the tree of this root, or one task of it.</summary>
    internal TaskId Retry(TaskId? only) => only is { } task ? Derive(Lane.Retry, 1).Derive(Lane.Retry, task.High ^ task.Low) : Derive(Lane.Retry, 0);

    /// <summary>Shifted twice by the same it is what it was.</summary>
    internal TaskId Shifted(TaskId by) => new(High ^ by.High, Low ^ by.Low);

    /// <summary>The root that a schedule fires for an occurrence: the same in every process.</summary>
    internal static TaskId Occurrence(string schedule, long ticks) => FromKey(schedule).Derive(Lane.Occurrence, (ulong)ticks);

    internal TaskId Join() => Derive(Lane.Join, 0);

    internal TaskId Completion() => Derive(Lane.Completion, 0);

    /// <summary>Follow-ups that are told to the coordinator while the parent runs are numbered apart from those of its context.</summary>
    internal TaskId Told(int ordinal) => Derive(Lane.Told, (uint)ordinal);

    internal TaskId Now(int ordinal) => Derive(Lane.Now, (uint)ordinal);

    private TaskId Keyed(Lane lane, string key)
    {
        ulong first = 14695981039346656037UL, second = (ulong)key.Length;
        foreach (var character in key)
        {
            first = (first ^ character) * 1099511628211UL; // FNV-1a, 64 bits
            second = BitOperations.RotateLeft(second, 27) * 0x9E3779B97F4A7C15UL + character;
        }

        return Derive(lane, first).Derive(lane, second);
    }

    private TaskId Derive(Lane lane, ulong value)
    {
        var seed = value * 0x9E3779B97F4A7C15UL + (ulong)lane;
        var low = Mix(Low ^ Mix(seed));
        var high = Mix(High + low + BitOperations.RotateLeft(seed, 31));
        return new TaskId(high, low);
    }

    private static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xFF51AFD7ED558CCDUL;
        value ^= value >> 33;
        value *= 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }

    /// <summary>Keeps the kinds of children apart: ordinal 0 is not the join, and not the key "0".</summary>
    private enum Lane : ulong
    {
        Ordinal = 0x51,
        Key = 0x52,
        Join = 0x53,
        Told = 0x54,
        Completion = 0x55,
        Now = 0x56,
        Root = 0x57,
        Retry = 0x58,
        Occurrence = 0x59,
    }
}
