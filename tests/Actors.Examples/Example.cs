using Akka.Actor;
using Akka.Configuration;

[assembly: CollectionBehavior(DisableTestParallelization = true)] // each example has the console to itself

namespace Actors.Examples;

/// <summary>A program whose printed lines are compared with what its file says that it prints.</summary>
public abstract class Example
{
    /// <summary>Logs nothing, so that only the program prints.</summary>
    public const string Quiet = "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }";

    /// <summary>Whatever has not ended by then never will.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What the program prints.</summary>
    protected abstract string Prints { get; }

    /// <summary>The program.</summary>
    protected abstract Task Main();

    [Fact]
    public async Task Prints_what_its_file_says()
    {
        var before = Console.Out;
        await using var printed = new StringWriter { NewLine = "\n" };
        Console.SetOut(TextWriter.Synchronized(printed));
        try
        {
            await Main().WaitAsync(Patience);
        }
        finally
        {
            Console.SetOut(before);
        }

        Assert.Equal(Prints, printed.ToString().TrimEnd('\n'));
    }

    protected static ActorSystem NewSystem(string hocon = "") => ActorSystem.Create("example", ConfigurationFactory.ParseString($"{hocon}\n{Quiet}"));
}
