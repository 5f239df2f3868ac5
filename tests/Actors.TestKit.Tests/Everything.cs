using System.Globalization;

namespace Actors.TestKit.Tests;

/// <summary>What <see cref="Everything{TValue}"/> does.</summary>
internal static class Everything
{
    public static IReadOnlyList<int> Sends { get; } = [107, 31, 6, 55, 3, 42, 11, 70, 64, 12, 9, 5, 120, 33, 8, 77, 81, 82, 90, 1, 2];
}

/// <summary>A handler that is written with much of what the language has, so that much of what a compiler writes goes through the weaver.</summary>
public sealed class Everything<TValue>(InTheMiddleSpec.Post post) : IAsyncTaskHandler<InTheMiddleSpec.Deliver>
    where TValue : struct, IConvertible
{
    private static readonly int[] Table = [3, 1, 4, 1, 5, 9, 2, 6];
    private long _sum;

    public async ValueTask<Ending<Unit>> HandleAsync(InTheMiddleSpec.Deliver task, TaskContext context)
    {
        post.Send(100 + task.Number);
        foreach (var number in Table)
        {
            _sum += number;
        }

        post.Send((int)_sum);
        post.Send(Switched(Table.Length % 7));
        post.Send(await AddedAsync(10).ConfigureAwait(false));
        post.Send(Caught());
        post.Send(((Func<int>)(() => task.Number * 6))());
        await foreach (var number in NumbersAsync())
        {
            post.Send(number);
        }

        await using (new Closing(() => post.Send(64)))
        {
            post.Send(await Task.Run(() => 70));
        }

        post.Send(Spanned("an even dozen"));
        post.Send(Default<TValue>() is { } value ? value.ToInt32(CultureInfo.InvariantCulture) + 9 : 0);
        post.Send(Tried("5"));
        post.Send(Factorial(5));
        post.Send(checked((int)(0x21L & 0xFFFF_FFFFL)));
        post.Send((int)Math.Round(7.5 + 0.25f));
        post.Send(Filtered("x"));
        Array.ForEach([1, 2], number => post.Send(80 + number + task.Number - 7));
        Action<InTheMiddleSpec.Post> sends = static post => post.Send(90);
        sends(post);
        for (var turn = 1; turn <= 2; turn++)
        {
            try
            {
                if (turn == 1)
                {
                    continue;
                }
            }
            finally
            {
                post.Send(await Task.FromResult(turn));
            }
        }

        return context.Done();
    }

    private static int Switched(int value) => value switch { 0 => 4, 1 => 6, 2 => 8, 3 => 10, 4 => 12, _ => 14 };

    private static async Task<int> AddedAsync(int upTo) => upTo == 0 ? 0 : upTo + await AddedAsync(upTo - 1);

    private static int Caught()
    {
        try
        {
            try
            {
                _ = Table[^99];
                return 1;
            }
            catch (InvalidOperationException)
            {
                return 2;
            }
            finally
            {
                _ = Table.Length;
            }
        }
        catch (IndexOutOfRangeException)
        {
            return 3;
        }
    }

    private static int Filtered(string text)
    {
        try
        {
            try
            {
                throw new InvalidOperationException(text);
            }
            catch (InvalidOperationException exception) when (exception.Message == "y" || Table.Length < 0)
            {
                return 1;
            }
            catch (InvalidOperationException exception) when (exception.Message == "x")
            {
                return 77;
            }
            catch (Exception)
            {
                return 2;
            }
        }
        finally
        {
            _ = Table.Length;
        }
    }

    private static async IAsyncEnumerable<int> NumbersAsync()
    {
        await Task.Yield();
        yield return 11;
    }

    private static int Spanned(ReadOnlySpan<char> text)
    {
        Span<int> lengths = stackalloc int[2];
        lengths[0] = text.IndexOf(' ');
        lengths[1] = text[3..].Length;
        return lengths[0] + lengths[1];
    }

    private static TOther? Default<TOther>()
        where TOther : struct => default(TOther);

    private static int Tried(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static int Factorial(int of)
    {
        return Of(of);

        static int Of(int value) => value <= 1 ? 1 : value * Of(value - 1);
    }

    private sealed class Closing(Action close) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            close();
        }
    }
}
