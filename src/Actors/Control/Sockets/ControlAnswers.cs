using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Actors.Control.Sockets;

/// <summary>Answers requests: looks up what is asked for, asks the engine, and writes what it says as JSON. Safe for concurrent use.</summary>
internal sealed class ControlAnswers(TaskEngine engine)
{
    private static readonly DateTimeOffset StartedAt = DateTimeOffset.UtcNow;
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TaskAnswers _tasks = new(engine);

    /// <summary>An answer that refuses, with the end of its line.</summary>
    public static byte[] Refusal(string kind, string message) => Line(json =>
    {
        json.WriteBoolean("ok", false);
        json.WriteStartObject("error");
        json.WriteString("kind", kind);
        json.WriteString("message", message);
        json.WriteEndObject();
    });

    /// <summary>The answer to a request, with the end of its line; and whether the request made no sense.</summary>
    /// <param name="request">The request.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="stop">Ends the waiting for the engine.</param>
    public async Task<(byte[] Answer, bool IsNonsense)> AnswerAsync(JsonElement request, string by, CancellationToken stop)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("do", out var action) || action.ValueKind != JsonValueKind.String)
        {
            return (Refusal("bad-request", "a request is an object with a member 'do'"), true);
        }

        if (!request.TryGetProperty("v", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != ControlSocket.Version)
        {
            return (Refusal("version", $"this engine speaks version {ControlSocket.Version} ('v')"), true);
        }

        try
        {
            var result = await ResultAsync(action.GetString() ?? "", new ControlRequest(request), by, stop).WaitAsync(stop).ConfigureAwait(false);
            return (Line(json =>
            {
                json.WriteBoolean("ok", true);
                json.WritePropertyName("result");
                result(json);
            }), false);
        }
        catch (ControlException refused)
        {
            return (Refusal(refused.Kind, refused.Message), refused.Kind == "bad-request");
        }
        catch (Exception wrong) when (wrong is ArgumentException or InvalidOperationException)
        {
            return (Refusal("refused", wrong.Message.ReplaceLineEndings(" ")), false);
        }
        catch (Exception stopped) when (stopped is EngineStoppedException or StoreException)
        {
            return (Refusal("stopped", stopped.Message.ReplaceLineEndings(" ")), false);
        }
    }

    private async Task<Action<Utf8JsonWriter>> ResultAsync(string action, ControlRequest request, string by, CancellationToken stop) => action switch
    {
        "status" => await StatusAsync(request, stop).ConfigureAwait(false),
        "list" => await _tasks.ListAsync(request).ConfigureAwait(false),
        "show" => await _tasks.ShowAsync(request).ConfigureAwait(false),
        "why" => await _tasks.WhyAsync(request).ConfigureAwait(false),
        "cancel" => await _tasks.CancelAsync(request, by).ConfigureAwait(false),
        "retry" => await RetryAsync(request, by, stop).ConfigureAwait(false),
        "pause" => await _tasks.PauseAsync(request, by, isPause: true, stop).ConfigureAwait(false),
        "resume" => await _tasks.PauseAsync(request, by, isPause: false, stop).ConfigureAwait(false),
        "audit" => await _tasks.AuditAsync(request).ConfigureAwait(false),
        "schedules" => await SchedulesAsync(request, stop).ConfigureAwait(false),
        _ => throw new ControlException("bad-request", $"there is no '{action}'"),
    };

    private async Task<Action<Utf8JsonWriter>> StatusAsync(ControlRequest request, CancellationToken stop)
    {
        request.ThrowIfOther();
        var progress = await engine.Client.ProgressAsync(stop).ConfigureAwait(false);
        return json => ControlJson.Write(json, progress, StartedAt);
    }

    private async Task<Action<Utf8JsonWriter>> RetryAsync(ControlRequest request, string by, CancellationToken stop)
    {
        var root = request.Id("root") ?? throw new ControlException("bad-request", "'root' is missing");
        var task = request.Id("task");
        request.ThrowIfOther();
        var tree = await engine.Client.RetryAsync(root, task, by, stop).ConfigureAwait(false);
        return json => ControlJson.WriteId(json, "root", tree);
    }

    private async Task<Action<Utf8JsonWriter>> SchedulesAsync(ControlRequest request, CancellationToken stop)
    {
        const int NextMax = 1_000;
        var next = (int)(request.Number("next", 0, NextMax) ?? 1);
        request.ThrowIfOther();
        var schedules = await engine.Schedules.ListAsync(next, stop).ConfigureAwait(false);
        return json => ControlJson.Write(json, schedules);
    }

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteNumber("v", ControlSocket.Version);
            write(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A request is refused.</summary>
/// <param name="kind">A word for programs.</param>
/// <param name="message">Why.</param>
internal sealed class ControlException(string kind, string message) : Exception(message)
{
    public string Kind => kind;
}
