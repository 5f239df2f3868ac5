using System.Globalization;
using Actors.Admission;
using Akka.Configuration;

namespace Actors.Registration;

/// <summary>Makes one rule of what types declare under one name, with what HOCON says of it.</summary>
/// <param name="limits">The section <c>actors.limits</c>.</param>
/// <param name="rates">The section <c>actors.rates</c>.</param>
internal sealed class GateRules(Config? limits, Config? rates)
{
    private static readonly Type[] Joins = [typeof(IJoin<,>), typeof(IJoin<,,>), typeof(IJoin<,,,>), typeof(IFold<,,>)];

    private readonly Dictionary<string, (LimitRule Rule, int Declared, string By)> _limits = [];
    private readonly Dictionary<string, (RateRule Rule, TaskRate Declared, string By)> _rates = [];
    private readonly Dictionary<string, OrderRule> _orders = [];

    /// <summary>What the tasks of a type have to pass.</summary>
    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="TaskRegistrationException">It is a join, declares one thing twice, or something else than another type does under the same name.</exception>
    public TypeGates? Of(Type message, TaskTypeOptions options, int pool)
    {
        if (options.Gates.Count == 0)
        {
            return null;
        }

        if (message.GetInterfaces().Any(static form => form.IsGenericType && Joins.Contains(form.GetGenericTypeDefinition())))
        {
            throw new TaskRegistrationException(
                $"{message.FullName} is a join and has the gate '{options.Gates[0].Name}'. A join holds no permit and waits for none: let it spawn a task that has it.");
        }

        var uses = new List<GateUse>();
        OrderUse? order = null;
        foreach (var declared in options.Gates)
        {
            if (!declared.Message.IsAssignableFrom(message))
            {
                throw new TaskRegistrationException($"'{declared.Name}' of {message.FullName} takes its key from a {declared.Message.FullName}, which this is not.");
            }

            if (declared is { Permits: null, Rate: null })
            {
                order = order is null
                    ? new OrderUse(OrderOf(declared.Name), declared.Key)
                    : throw new TaskRegistrationException($"{message.FullName} stands in two orders, '{order.Rule.Name}' and '{declared.Name}'. Keep one of them.");
                continue;
            }

            GateRule rule = declared.Permits is { } permits ? LimitOf(declared.Name, permits, options.Name) : RateOf(declared.Name, declared.Rate!, options.Name);
            if (uses.Exists(use => use.Rule == rule))
            {
                throw new TaskRegistrationException($"{message.FullName} has '{declared.Name}' twice. Keep one of them.");
            }

            rule.UsedIn(pool);
            uses.Add(new GateUse(rule, declared.Key));
        }

        return new TypeGates(uses, order);
    }

    /// <exception cref="TaskRegistrationException">HOCON configures a limit or rate that no type has.</exception>
    public void ThrowIfUnused()
    {
        ThrowIfUnused("limits", limits, _limits.Keys);
        ThrowIfUnused("rates", rates, _rates.Keys);
    }

    private LimitRule LimitOf(string name, int permits, string type)
    {
        if (_limits.TryGetValue(name, out var known))
        {
            return known.Declared == permits ? known.Rule : throw Differs("limit", name, known.By, known.Declared, type, permits);
        }

        var rule = new LimitRule(name, Section(limits, name) is { } config ? Read(config, $"actors.limits.{name}", config => Whole(config, "permits", permits)) : permits);
        _limits.Add(name, (rule, permits, type));
        return rule;
    }

    private RateRule RateOf(string name, TaskRate rate, string type)
    {
        if (_rates.TryGetValue(name, out var known))
        {
            return known.Declared == rate ? known.Rule : throw Differs("rate", name, known.By, known.Declared, type, rate);
        }

        var rule = new RateRule(name, Section(rates, name) is { } config ? Read(config, $"actors.rates.{name}", config => new TaskRate
        {
            TokenLimit = Whole(config, "token-limit", rate.TokenLimit),
            TokensPerPeriod = Whole(config, "tokens-per-period", rate.TokensPerPeriod),
            ReplenishmentPeriod = config.GetTimeSpan("replenishment-period", rate.ReplenishmentPeriod),
        }) : rate);
        _rates.Add(name, (rule, rate, type));
        return rule;
    }

    private OrderRule OrderOf(string name) => _orders.TryGetValue(name, out var rule) ? rule : _orders[name] = new OrderRule(name);

    private static Config? Section(Config? section, string name) => section?.GetConfig($"\"{name}\"") is { IsEmpty: false } config ? config : null;

    private static int Whole(Config config, string key, int otherwise) =>
        config.GetInt(key, otherwise) is var value and >= 1 ? value : throw new ConfigurationException($"{key} is '{config.GetString(key)}'; it must be a whole number of at least 1.");

    private static T Read<T>(Config config, string place, Func<Config, T> read)
    {
        try
        {
            return read(config);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or ConfigurationException)
        {
            throw new TaskRegistrationException($"{place} cannot be used: {exception.Message}", exception);
        }
    }

    private static TaskRegistrationException Differs(string kind, string name, string first, object one, string second, object other) => new(string.Create(
        CultureInfo.InvariantCulture, $"The {kind} '{name}' is {one} for {first} and {other} for {second}. Types that share a {kind} say the same of it, or give it another name."));

    private static void ThrowIfUnused(string kind, Config? section, IReadOnlyCollection<string> used)
    {
        var unknown = section is { IsEmpty: false } ? section.Root.GetObject().Items.Keys.FirstOrDefault(name => !used.Contains(name)) : null;
        if (unknown is not null)
        {
            throw new TaskRegistrationException(
                $"actors.{kind}.{unknown} configures what no task type has. There {(used.Count == 0 ? "are none" : "are " + string.Join(", ", used.Order(StringComparer.Ordinal)))}.");
        }
    }
}
