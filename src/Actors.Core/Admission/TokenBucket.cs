namespace Actors.Admission;

/// <summary>
/// A key of a rate. Tokens are whole numbers, and periods follow each other without a gap from the moment at which the bucket was last full and at rest, so that nothing is
/// rounded and nothing drifts: in any n periods no more than the bucket and n + 1 times a period's tokens start.
/// </summary>
internal class TokenBucket(RateRule rule, string key, long nowTicks) : Gate(rule, key)
{
    private readonly TaskRate _rate = rule.Rate;
    private long _tokens = rule.Rate.TokenLimit;

    /// <summary>
    /// The passages whose tokens may come back, in order: with those that are here they are never more than the bucket holds. A token that has been replaced since does not come
    /// back: others have started with the new one, or may.
    /// </summary>
    private readonly List<long> _returnable = [];

    /// <summary>When the present period began.</summary>
    private long _since = nowTicks;

    /// <summary>Whether somebody waits for its tokens and has not had one: then a full bucket is late, and not at rest.</summary>
    private bool _isAwaited;

    /// <summary>Whether a time is set at which the next tokens are due.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>Whether it stands among those that are forgotten once they are full.</summary>
    public bool IsCooling { get; set; }

    public override int Room(long nowTicks)
    {
        Replenish(nowTicks);
        return IsTimed ? 0 : (int)_tokens; // who waits for tokens that are due goes first
    }

    public override int Left(long nowTicks)
    {
        Replenish(nowTicks);
        return (int)_tokens;
    }

    /// <summary>Somebody waits for the next tokens.</summary>
    /// <returns>When they come.</returns>
    public long Await(long nowTicks)
    {
        IsTimed = _isAwaited = true;
        Replenish(nowTicks);
        return DateTime.MaxValue.Ticks - _since < _rate.ReplenishmentPeriod.Ticks ? DateTime.MaxValue.Ticks : _since + _rate.ReplenishmentPeriod.Ticks;
    }

    /// <summary>They are due.</summary>
    public void Arrive() => IsTimed = false;

    /// <summary>How long it takes until it holds so many tokens, from now on and if nobody takes one.</summary>
    public TimeSpan Until(long tokens, long nowTicks)
    {
        Replenish(nowTicks);
        var missing = tokens - _tokens;
        return missing <= 0
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(_since - nowTicks) + (((missing + _rate.TokensPerPeriod - 1) / _rate.TokensPerPeriod) * _rate.ReplenishmentPeriod);
    }

    public override void Pass(long passage, long nowTicks)
    {
        Replenish(nowTicks);
        if (_tokens == _rate.TokenLimit && !_isAwaited)
        {
            _since = nowTicks; // a bucket at rest waits for nothing: its next period begins with the token that it gives away
        }

        _tokens--;
        _returnable.Add(passage);
        _isAwaited = false;
    }

    /// <summary>One that was never started has used nothing up, unless its token has been replaced since.</summary>
    public override void Return(long passage, bool hasRun)
    {
        var place = _returnable.BinarySearch(passage);
        if (place >= 0)
        {
            _returnable.RemoveAt(place);
            _tokens += hasRun ? 0 : 1;
        }
    }

    public override bool IsAtRest(long nowTicks)
    {
        Replenish(nowTicks);
        return _tokens == _rate.TokenLimit;
    }

    public override string ToString() => $"rate {Named}";

    private void Replenish(long nowTicks)
    {
        var period = _rate.ReplenishmentPeriod.Ticks;
        if (nowTicks < _since)
        {
            _since = nowTicks; // the clock was set back: better a period too long than as long as it was set back
        }

        var periods = (nowTicks - _since) / period;
        if (periods == 0)
        {
            return;
        }

        _since += periods * period;
        _tokens = periods >= _rate.TokenLimit ? _rate.TokenLimit : Math.Min(_rate.TokenLimit, _tokens + (periods * _rate.TokensPerPeriod));
        var replaced = _returnable.Count - (int)(_rate.TokenLimit - _tokens);
        if (replaced > 0)
        {
            _returnable.RemoveRange(0, replaced);
        }
    }
}
