using System.Diagnostics;

namespace Actors.Ledger;

/// <summary>
/// Finds records by id: a hash table whose chains run through the records themselves. A million of them cost eight bytes each
/// here, and a record that comes and goes allocates nothing.
/// </summary>
/// <remarks>A record stands in one index at a time. An id is spread well already, so its own bits choose the bucket.</remarks>
internal sealed class IdIndex<T>
    where T : LiveParent
{
    private const int BucketsMin = 256;
    private LiveParent?[] _buckets = new LiveParent?[BucketsMin];

    public int Count { get; private set; }

    /// <summary>The record of that id; null where there is none.</summary>
    public T? Find(TaskId id)
    {
        for (var record = _buckets[SlotOf(id)]; record is not null; record = record.NextInBucket)
        {
            if (record.Id == id)
            {
                return (T)record;
            }
        }

        return null;
    }

    /// <returns>Whether it is in now; false where another has its id.</returns>
    public bool TryAdd(T added)
    {
        ref var bucket = ref _buckets[SlotOf(added.Id)];
        for (var record = bucket; record is not null; record = record.NextInBucket)
        {
            if (record.Id == added.Id)
            {
                return false;
            }
        }

        added.NextInBucket = bucket;
        bucket = added;
        if (++Count > _buckets.Length)
        {
            Resize(_buckets.Length * 2);
        }

        return true;
    }

    public void Remove(T removed)
    {
        ref var bucket = ref _buckets[SlotOf(removed.Id)];
        if (bucket == removed)
        {
            bucket = removed.NextInBucket;
        }
        else
        {
            var before = bucket;
            while (before is not null && before.NextInBucket != removed)
            {
                before = before.NextInBucket;
            }

            if (before is null)
            {
                throw new UnreachableException($"{removed.Id} is removed from an index of {Count}, and is not in it.");
            }

            before.NextInBucket = removed.NextInBucket;
        }

        removed.NextInBucket = null;
        if (--Count < _buckets.Length / 8 && _buckets.Length > BucketsMin)
        {
            Resize(_buckets.Length / 2);
        }
    }

    /// <summary>All of them, in no order. The index must not change meanwhile.</summary>
    public IEnumerable<T> All()
    {
        foreach (var bucket in _buckets)
        {
            for (var record = bucket; record is not null; record = record.NextInBucket)
            {
                yield return (T)record;
            }
        }
    }

    /// <summary>
    /// Looks at some of the records from where a cursor stands. A scan that goes on until the cursor is 0 again has seen every record that was there all the time, although the
    /// index changes and grows in between; where it shrinks it may see some twice.
    /// </summary>
    /// <remarks>
    /// The cursor counts through the buckets with its bits reversed, the highest first, as SCAN does in Redis (dict.c, dictScan): when the table doubles, what a bucket
    /// had lies in two that both come next.
    /// </remarks>
    /// <param name="cursor">0 to begin.</param>
    /// <param name="bucketsMax">How many buckets to look at.</param>
    /// <param name="found">Gets what is there.</param>
    /// <returns>Where to go on; 0 at the end.</returns>
    public ulong Scan(ulong cursor, int bucketsMax, List<T> found)
    {
        var mask = (ulong)(_buckets.Length - 1);
        do
        {
            for (var record = _buckets[cursor & mask]; record is not null; record = record.NextInBucket)
            {
                found.Add((T)record);
            }

            cursor = Reverse(Reverse(cursor | ~mask) + 1);
        }
        while (cursor != 0 && --bucketsMax > 0);
        return cursor;
    }

    private static ulong Reverse(ulong bits)
    {
        bits = ((bits >> 1) & 0x5555555555555555) | ((bits & 0x5555555555555555) << 1);
        bits = ((bits >> 2) & 0x3333333333333333) | ((bits & 0x3333333333333333) << 2);
        bits = ((bits >> 4) & 0x0F0F0F0F0F0F0F0F) | ((bits & 0x0F0F0F0F0F0F0F0F) << 4);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bits);
    }

    private int SlotOf(TaskId id) => (int)(id.Low ^ (id.Low >> 32)) & (_buckets.Length - 1);

    private void Resize(int length)
    {
        var before = _buckets;
        _buckets = new LiveParent?[length];
        foreach (var bucket in before)
        {
            for (var record = bucket; record is not null;)
            {
                var next = record.NextInBucket;
                ref var slot = ref _buckets[SlotOf(record.Id)];
                record.NextInBucket = slot;
                slot = record;
                record = next;
            }
        }
    }
}
