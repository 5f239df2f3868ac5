using System.Collections;

namespace Actors.Handlers;

/// <summary>The outcomes of a join, typed without a copy.</summary>
internal sealed class JoinedOutcomes<TChild>(Outcome?[] outcomes) : IReadOnlyList<Outcome<TChild>>
{
    public int Count => outcomes.Length;

    public Outcome<TChild> this[int index] => Typed(outcomes[index]!);

    public IEnumerator<Outcome<TChild>> GetEnumerator()
    {
        foreach (var outcome in outcomes)
        {
            yield return Typed(outcome!);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A child may yield something more special than the join asks for.</summary>
    public static Outcome<TChild> Typed(Outcome outcome) => outcome as Outcome<TChild> ?? outcome.State switch
    {
        TaskState.Succeeded => Outcome<TChild>.Succeeded((TChild)outcome.UntypedValue!),
        TaskState.Failed => Outcome<TChild>.Failed(outcome.Failure!),
        _ => Outcome<TChild>.Cancelled,
    };
}
