using Microsoft.Extensions.Hosting;

namespace Actors.Console.Hosting;

/// <summary>Leaves signals alone: the command in hand says what Ctrl-C means. The host's own lifetime would stop the engine at once.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
