using Actors.Simulation.Stores;

namespace Actors.Simulation.Histories;

/// <summary>
/// What a history with a store has besides: clients whose messages come late, twice or not at all, and who ask again; a store that is slow, away, or fails
/// before or after it has written; a process that dies between any two events, or is fenced off, and comes back.
/// </summary>
internal sealed class Outside(Stage stage, Workers workers)
{
    private const int Clients = 3;
    private readonly List<Order> _orders = [];
    private readonly List<Envelope> _mail = [];
    private readonly List<Envelope> _waiting = [];
    private readonly List<Envelope> _looked = [];
    private Reading _reading = new(stage);

    public IReadOnlyList<Order> Orders => _orders;

    private Lives Lives => stage.Lives!;

    private DurablePort Port => Lives.Port!;

    private Chance Chance => stage.Chance;

    /// <summary>Whether all that was begun has come to an end: everybody has been answered, and all stands in the store.</summary>
    public bool IsSettled => !Port.IsLoading && !Port.IsWriting && !Port.HasAnswers && _mail.Count == 0;

    public bool IsOver => IsSettled && _orders.TrueForAll(order => Lives.IsOver(order.Id));

    /// <summary>A client submits a root under its key: once more, where there is one of that key.</summary>
    public void Submit(Order? again)
    {
        if (again is null)
        {
            var isAlike = stage.Terms.LoadedMax is not null && !Chance.OneIn(4); // so that there are more of a type than are loaded
            var type = isAlike ? Terms.Types[0] : Chance.NewType();
            var hasCompletion = Chance.OneIn(isAlike ? 8 : 2);
            _orders.Add(again = new Order(TaskId.FromKey($"root {_orders.Count}"), type, hasCompletion, stage.NewRules()));
        }

        Post(again, Wish.Submit, again.Id);
    }

    public void Cancel(TaskId id, bool wholeTree) => Post(_orders[0], wholeTree ? Wish.CancelTree : Wish.Cancel, id);

    public void Disturb()
    {
        switch (Chance.Next(40))
        {
            case < 14:
                Write();
                break;
            case < 24:
                Hear();
                break;
            case < 31:
                Deliver();
                break;
            case < 36:
                Load(1 + Chance.Next(6));
                break;
            case < 37:
                AskAgain(_orders);
                break;
            case < 38:
                workers.SpeakFromTheDead();
                break;
            default:
                Die();
                break;
        }
    }

    /// <summary>What is to happen without faults until all is settled.</summary>
    /// <returns>Whether something was.</returns>
    public bool Proceed() => (Port.IsLoading && Load(4)) || Hear() || Write() || Deliver();

    /// <summary>Nothing else is to happen: a client that has not heard of the end of what it submitted asks.</summary>
    public bool AskForEnds() => AskAgain(_orders.FindAll(order => !Lives.IsOver(order.Id)));

    public void Die()
    {
        var fencesOff = Chance.OneIn(4);
        workers.Die();
        stage.Die(fencesOff);
        _waiting.Clear(); // also what one that was fenced off still came to
        _looked.Clear();
        _reading = new Reading(stage);
        foreach (var _ in Chance.Times(0, 4))
        {
            workers.Add(Chance.Next(Terms.Pools));
        }
    }

    private void Post(Order order, Wish wish, TaskId id) => _mail.Add(new Envelope(_orders.IndexOf(order) % Clients, wish, order, id));

    /// <summary>Whoever got no answer to a submission repeats it under the same key; whoever did asks what became of it.</summary>
    private bool AskAgain(List<Order> orders)
    {
        if (orders.Count == 0)
        {
            return false;
        }

        var order = Chance.Of(orders);
        Post(order, Lives.IsAccepted(order.Id) && !Chance.OneIn(3) ? Wish.Find : Wish.Submit, order.Id);
        return true;
    }

    private bool Write()
    {
        if (!Port.IsWriting)
        {
            return false;
        }

        var fate = stage.IsCalm ? Fate.Written : Chance.Next(8) switch { < 5 => Fate.Written, 5 => Fate.Away, 6 => Fate.FailsBefore, _ => Fate.FailsAfter };
        stage.Seen.Add($"the store: {fate}");
        stage.StepBy(() => Port.Write(fate), static _ => { });
        return true;
    }

    private bool Hear()
    {
        if (!Port.HasAnswers)
        {
            return false;
        }

        _reading.Happen("the store has answered", Port.Hear);
        Envelope[] looked = [.. _looked];
        _looked.Clear();
        Array.ForEach(looked, Cancel);
        return true;
    }

    /// <summary>The first message of some client arrives. Between machines it may be lost, or come a second time.</summary>
    private bool Deliver()
    {
        if (_mail.Count == 0)
        {
            return false;
        }

        var client = Chance.Of(_mail).Client;
        var envelope = _mail.Find(envelope => envelope.Client == client)!;
        var luck = stage.IsCalm ? 0 : Chance.Next(10);
        if (luck != 9)
        {
            _mail.Remove(envelope);
        }

        if (luck != 8)
        {
            Deliver(envelope);
        }

        stage.Seen.Add(luck switch { 8 => "a message is lost", 9 => "a message comes twice", _ => "a message" });
        return true;
    }

    private void Deliver(Envelope envelope)
    {
        switch (envelope.Wish)
        {
            case Wish.Submit when !stage.Book.IsClosed:
                var root = stage.Make(envelope.Id, null, envelope.Order.Type);
                root.Rules = envelope.Order.Rules;
                var completion = envelope.Order.HasCompletion ? stage.MakeCompletion(root) : null;
                _reading.Happen($"{root} ({root.Type.Name}) arrives from its client{(completion is null ? "" : $", with {completion} for its completion")}{(root.Rules is null ? "" : $", {root.Rules}")}", () => Port.Accept(root, completion, hasKey: true));
                break;
            case Wish.Find:
                _reading.Happen("a client asks for the end of a root", () => Port.Find(envelope.Id));
                break;
            case Wish.Cancel or Wish.CancelTree:
                Cancel(envelope);
                break;
        }
    }

    private void Cancel(Envelope envelope)
    {
        if (Port.MustWait(static () => { }))
        {
            _waiting.Add(envelope);
            return;
        }

        if (!envelope.IsLooked && Port.IsElsewhere(envelope.Id, () => _looked.Add(envelope with { IsLooked = true })))
        {
            return;
        }

        var (id, isTree, isFound) = (envelope.Id, envelope.Wish == Wish.CancelTree, false);
        var name = stage.Book.Live.TryGetValue(id, out var live) ? $"{live.Task}" : "what is not live";
        stage.StepBy(
            () =>
            {
                isFound = isTree ? stage.Port.CancelTree(id) : stage.Port.Cancel(id);
                Port.Reply(new CancelTaken(id, isFound));
                return $"{(isTree ? "the tree of " : "")}{name} is cancelled";
            },
            checker => Rules.Hold(
                isFound == (isTree ? checker.Book.CancelTree(id) : checker.Book.Cancel(id)), Rules.Answers, $"whether there was something to cancel: {isFound}"));
    }

    private bool Load(int count)
    {
        if (!Port.IsLoading)
        {
            return false;
        }

        _reading.Load(count);
        if (!Port.IsLoading)
        {
            _waiting.ForEach(Cancel);
            _waiting.Clear();
        }

        return true;
    }
}

internal enum Wish
{
    Submit,
    Find,
    Cancel,
    CancelTree,
}

/// <summary>What a client wants done, under a key: the same each time.</summary>
internal sealed record Order(TaskId Id, TypeTerms Type, bool HasCompletion, TreeRules? Rules);

internal sealed record Envelope(int Client, Wish Wish, Order Order, TaskId Id, bool IsLooked = false);
