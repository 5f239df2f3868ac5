using System.Runtime.InteropServices;
using Actors.Console.Commands;
using Actors.Console.Display;

namespace Actors.Console.Hosting;

/// <summary>Ctrl-C, and a request to terminate: the first asks for an orderly end, the second ends the process now.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _count;

    public Interruption() => _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _first.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _first.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            _first.Cancel();
            return;
        }

        if (Terminal.IsInteractive)
        {
            System.Console.Out.Write("\u001b[?25h"); // the live display may have hidden the cursor
        }

        Environment.Exit(ExitCode.Cancelled);
    });
}
