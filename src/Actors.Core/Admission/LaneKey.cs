using System.Runtime.CompilerServices;

namespace Actors.Admission;

/// <summary>What makes a lane: its gates, in their order, and its pool.</summary>
internal readonly struct LaneKey(Gate[] gates, int pool) : IEquatable<LaneKey>
{
    private readonly Gate[] _gates = gates;
    private readonly int _pool = pool;

    public bool Equals(LaneKey other) => _pool == other._pool && _gates.AsSpan().SequenceEqual(other._gates);

    public override bool Equals(object? obj) => obj is LaneKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = _pool;
        foreach (var gate in _gates)
        {
            hash = (hash * 31) + RuntimeHelpers.GetHashCode(gate);
        }

        return hash;
    }
}
