namespace Actors.TestKit.Tests;

public sealed record PlaceOrder(int Number) : ITask<decimal>;

public sealed record PriceItem(string Item) : ITask<decimal>;

public sealed record Total : IJoin<decimal, decimal>;

public sealed record SendInvoice(int Number) : ITask;

public sealed record Ship(int Number) : ITask;

public sealed record Remind(int Number) : ITask;

/// <summary>What is outside: counts what happens to it.</summary>
public sealed class Shop
{
    public List<int> Invoices { get; } = [];

    public HashSet<int> Shipments { get; } = [];

    public int Orders { get; set; }

    /// <summary>How many more times the carrier refuses.</summary>
    public int Refusals { get; set; }

    /// <summary>Whether the invoice is sent under its number, so that sending it again changes nothing.</summary>
    public bool SendsByNumber { get; init; }
}

public sealed class ShopHandlers(Shop shop)
    : ITaskHandler<PlaceOrder, decimal>, ITaskHandler<PriceItem, decimal>, IJoinHandler<Total, decimal, decimal>, ITaskHandler<SendInvoice>, ITaskHandler<Ship>,
      ITaskHandler<Remind>
{
    public Ending<decimal> Handle(PlaceOrder task, TaskContext context)
    {
        context.Spawn(new SendInvoice(task.Number));
        context.Spawn(new Ship(task.Number), new SpawnOptions { Key = "ship" });
        return context.Join([new PriceItem("pencil"), new PriceItem("paper")], new Total());
    }

    public Ending<decimal> Handle(PriceItem task, TaskContext context) => task.Item switch
    {
        "pencil" => 2m,
        "paper" => 5m,
        _ => context.Fail($"{task.Item} has no price"),
    };

    public Ending<decimal> Handle(Total join, IReadOnlyList<Outcome<decimal>> outcomes, TaskContext context) => outcomes.Sum(outcome => outcome.Value);

    public Ending<Unit> Handle(SendInvoice task, TaskContext context)
    {
        if (!shop.SendsByNumber || !shop.Invoices.Contains(task.Number))
        {
            shop.Invoices.Add(task.Number);
        }

        context.Spawn(new Remind(task.Number), new SpawnOptions { Delay = TimeSpan.FromDays(14) });
        return context.Done();
    }

    public Ending<Unit> Handle(Ship task, TaskContext context)
    {
        if (shop.Refusals-- > 0)
        {
            throw new IOException("the carrier is closed");
        }

        shop.Shipments.Add(task.Number);
        return context.Done();
    }

    public Ending<Unit> Handle(Remind task, TaskContext context) => context.Done();

    public static void Register(TaskRegistry tasks) => tasks
        .AddHandler<ShopHandlers>()
        .Configure<Ship>(type => type with { Retry = new RetryPolicy { MaxAttempts = 3, Delay = TimeSpan.FromMinutes(5), Factor = 2, MaxDelay = TimeSpan.FromHours(1), Jitter = 0 } });
}
