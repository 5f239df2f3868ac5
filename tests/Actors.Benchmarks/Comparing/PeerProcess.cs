using System.Diagnostics;

namespace Actors.Benchmarks.Comparing;

/// <summary>A peer in a process of its own: no other's heap, threads or compiled code, and the same for every language.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    public static PeerProcess Start(PeerKind kind, int workers)
    {
        var (program, arguments) = kind.CommandLine(workers);
        return new PeerProcess(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    /// <summary>Runs one command.</summary>
    public async Task<Measurement> RunAsync(string command)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.StandardInput.WriteLineAsync(command);
            await _process.StandardInput.FlushAsync(patience.Token);
            var line = await _process.StandardOutput.ReadLineAsync(patience.Token);
            return line is null ? new Measurement { Failure = "The process has ended." } : Measurement.Read(line);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            return new Measurement { Failure = $"No answer in {Patience.TotalMinutes:0} minutes." };
        }
        catch (IOException exception)
        {
            return new Measurement { Failure = exception.Message };
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(Farewell);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
