namespace Actors.Console.Configuration;

/// <summary>Text in HOCON.</summary>
internal static class HoconText
{
    /// <summary>The text as a HOCON string that means exactly it.</summary>
    public static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
