namespace Actors;

/// <summary>How often a task is attempted and how long it rests between attempts. Waiting for a retry holds no worker.</summary>
/// <remarks>
/// Exponential backoff with jitter that only lengthens: attempt <c>n</c> that failed is followed after
/// <c>min(Delay * Factor^(n-1), MaxDelay) * (1 + Jitter * u)</c> with <c>u</c> drawn from [0, 1). With the defaults of
/// <see cref="Default"/> (1 s, factor 2) the first delays are 1, 2, 4, 8, 16 s, each up to a fifth longer. Immutable, and safe to share between
/// threads. Why jitter: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>One attempt: the first failure is final. The default of every task type.</summary>
    public static RetryPolicy None { get; } = new() { MaxAttempts = 1 };

    /// <summary>Five attempts, 1 s, factor 2, at most 5 min, jitter 0.2.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>How many attempts there are in all.</summary>
    /// <value>Default 5; at least 1, and 1 means that nothing is retried.</value>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxAttempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 5;

    /// <summary>The rest after the first failed attempt.</summary>
    /// <value>Default 1 s; at least 0, and 0 means at once.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan Delay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>What the rest is multiplied by after each further failed attempt.</summary>
    /// <value>Default 2; at least 1, and 1 keeps the delay constant.</value>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or not a number.</exception>
    public double Factor
    {
        get;
        init
        {
            if (!(value >= 1) || double.IsInfinity(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "The factor of a retry policy must be a finite number of at least 1.");
            }

            field = value;
        }
    } = 2;

    /// <summary>The ceiling of the rest, before jitter.</summary>
    /// <value>Default 5 min; at least 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan MaxDelay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMinutes(5);

    /// <summary>By what share a rest may be longer, drawn anew for every retry.</summary>
    /// <value>Default 0.2; 0 to 1, and 0 means exact.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0, above 1, or not a number.</exception>
    public double Jitter
    {
        get;
        init
        {
            if (!(value is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "The jitter of a retry policy must be between 0 and 1.");
            }

            field = value;
        }
    } = 0.2;

    internal bool HasExceptions => Exceptions.Count > 0;

    private IReadOnlyList<(Type Exception, RetryPolicy Policy)> Exceptions { get; init; } = [];

    /// <summary>A copy that follows <paramref name="policy"/> where an attempt failed with a <typeparamref name="TException"/> or an heir of it.</summary>
    /// <remarks>The nearest type wins: a rule for an heir goes before a rule for its base, in whichever order they were added.</remarks>
    /// <param name="policy">The policy for that exception.</param>
    /// <exception cref="ArgumentNullException"><paramref name="policy"/> is null.</exception>
    public RetryPolicy On<TException>(RetryPolicy policy)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(policy);
        return this with { Exceptions = [.. Exceptions.Where(rule => rule.Exception != typeof(TException)), (typeof(TException), policy)] };
    }

    /// <summary>A copy that never retries after a <typeparamref name="TException"/> or an heir of it.</summary>
    public RetryPolicy Never<TException>()
        where TException : Exception =>
        On<TException>(None);

    /// <summary>The policy that holds after an attempt failed with <paramref name="exceptionType"/>.</summary>
    internal RetryPolicy For(Type exceptionType)
    {
        if (Exceptions.Count == 0)
        {
            return this;
        }

        for (Type? type = exceptionType; type is not null; type = type.BaseType)
        {
            foreach (var rule in Exceptions)
            {
                if (rule.Exception == type)
                {
                    return rule.Policy;
                }
            }
        }

        return this;
    }

    /// <summary>The rest after a failed attempt, or null where it was the last. See the remarks of the type for the formula.</summary>
    /// <param name="attempt">The attempt that failed; 1-based.</param>
    /// <param name="chance">Drawn from [0, 1).</param>
    internal TimeSpan? Next(int attempt, double chance)
    {
        if (attempt >= MaxAttempts)
        {
            return null;
        }

        var ticks = Math.Min(Delay.Ticks * Math.Pow(Factor, attempt - 1), MaxDelay.Ticks) * (1 + (Jitter * chance));
        return TimeSpan.FromTicks((long)Math.Min(ticks, TimeSpan.MaxValue.Ticks / 4d));
    }
}
