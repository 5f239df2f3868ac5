namespace Actors.TestKit;

/// <summary>
/// Runs a tree of your handlers to its end, inline: the engine's real rules, one task after the other, on the calling flow, in virtual time. Delays, due times and
/// retries cost no time.
/// </summary>
/// <remarks>
/// There are no threads and no chunks, so nothing hangs but a handler that awaits something that never comes. Not for concurrent use.
/// </remarks>
public sealed class InlineEngine
{
    private const int StepsMax = 1_000_000;
    private readonly InlineCoordinator _coordinator;

    /// <summary>An engine with these handlers.</summary>
    /// <param name="tasks">Registers the handlers.</param>
    /// <param name="services">Makes them; null where all have constructors without parameters.</param>
    /// <exception cref="TaskRegistrationException">A task has no handler or two, or a handler cannot be made.</exception>
    public InlineEngine(Action<TaskRegistry> tasks, IServiceProvider? services = null)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _coordinator = new InlineCoordinator(tasks, services, workersPerPool: 1);
    }

    /// <summary>What became of every task so far.</summary>
    public TaskHistory History => _coordinator.History;

    /// <summary>How far the clock has come.</summary>
    public TimeSpan Elapsed => _coordinator.Now - InlineCoordinator.Start;

    /// <summary>Submits a task and runs its tree to the end.</summary>
    /// <param name="root">The task.</param>
    /// <param name="options">As a client would submit it; null means nothing.</param>
    /// <returns>How the tree ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="root"/> is null.</exception>
    /// <exception cref="ExpectationException">The tree does not end within a million steps; the message draws it.</exception>
    public async Task<TreeOutcome> RunAsync(ITaskMessage root, SubmitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(root);
        _coordinator.Submit(root, options);
        for (var step = 0; step < StepsMax; step++)
        {
            if (_coordinator.Ended is { } ended)
            {
                return ended;
            }

            if (_coordinator.Workers.FirstOrDefault(static worker => worker.IsToRun) is { } worker)
            {
                await _coordinator.RunAsync(worker).ConfigureAwait(false);
                _coordinator.Report(worker);
            }
            else if (!_coordinator.Advance())
            {
                break;
            }
        }

        throw new ExpectationException($"Expected the tree of {root} to end, but after {Elapsed} of virtual time it has not.\n\nThe tasks as they were:\n{History}");
    }
}
