namespace Actors.Admission;

/// <summary>A limit or a rate by its name: for each key that comes up it has a <see cref="Gate"/>. Types that name the same rule share it.</summary>
internal abstract class GateRule(string name)
{
    private int _pool = -1;

    /// <summary>In configuration, logs and answers.</summary>
    public string Name { get; } = name;

    /// <summary>Whether types of more than one pool use it: then the pools take turns.</summary>
    public bool SpansPools { get; private set; }

    /// <summary>A type of that pool uses it. Said of all before the first task.</summary>
    public void UsedIn(int pool)
    {
        SpansPools |= _pool >= 0 && _pool != pool;
        _pool = pool;
    }

    public abstract Gate NewGate(string key, long nowTicks);

    public override string ToString() => Name;
}

/// <summary>At most so many attempts at a time, for each key.</summary>
internal class LimitRule(string name, int permits) : GateRule(name)
{
    public int Permits { get; } = permits;

    public override Gate NewGate(string key, long nowTicks) => new Permits(this, key);
}

/// <summary>At most so many starts in a time, for each key.</summary>
internal class RateRule(string name, TaskRate rate) : GateRule(name)
{
    public TaskRate Rate { get; } = rate;

    public override Gate NewGate(string key, long nowTicks) => new TokenBucket(this, key, nowTicks);
}

/// <summary>One after the other, for each key: in the order in which the tasks became real, and the next not before the one before has succeeded or failed for good.</summary>
internal sealed class OrderRule(string name)
{
    public string Name { get; } = name;
}
