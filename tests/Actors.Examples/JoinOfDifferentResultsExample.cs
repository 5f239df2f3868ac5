namespace Actors.Examples.DifferentResults;

public sealed record PriceOf(string Item) : ITask<decimal>;

public sealed record StockOf(string Item) : ITask<int>;

public sealed record Offer(string Item) : ITask<string>;

public sealed record WriteOffer(string Item) : IJoin<decimal, int, string>;

public sealed class OfferHandlers
    : ITaskHandler<PriceOf, decimal>, ITaskHandler<StockOf, int>, ITaskHandler<Offer, string>, IJoinHandler<WriteOffer, decimal, int, string>
{
    public Ending<decimal> Handle(PriceOf task, TaskContext context) => 4.20m;

    public Ending<int> Handle(StockOf task, TaskContext context) => 12;

    public Ending<string> Handle(Offer task, TaskContext context) =>
        context.Join(new PriceOf(task.Item), new StockOf(task.Item), new WriteOffer(task.Item));

    public Ending<string> Handle(WriteOffer join, Outcome<decimal> price, Outcome<int> stock, TaskContext context) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stock.Value} x {join.Item} at {price.Value}");
}

/// <summary>A join of two children with different results: its handler gets each with its own type.</summary>
public sealed class JoinOfDifferentResultsExample : Example
{
    protected override string Prints => "12 x pencil at 4.20";

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<OfferHandlers>());
        var handle = await engine.Client.SubmitAsync(new Offer("pencil"));
        Console.WriteLine((await handle).Value);
    }
}
