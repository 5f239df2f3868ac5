using System.Globalization;

namespace Actors.Console.Configuration;

/// <summary>Looks for the first mistake in a HOCON text.</summary>
/// <remarks>
/// Akka's own parser is forgiving: it takes a text that stops in the middle of a block, or has a brace too many, and goes on with half
/// of the settings. A tool that then runs with other settings than the file seems to say is worse than one that does not run.
/// </remarks>
internal sealed class HoconSyntax
{
    private const int DepthMax = 100;

    private readonly string _text;
    private int _at;

    private HoconSyntax(string text) => _text = text;

    private bool IsAtEnd => _at >= _text.Length;

    /// <summary>The first mistake; null where there is none.</summary>
    public static HoconFault? FirstFault(string text)
    {
        var syntax = new HoconSyntax(text);
        try
        {
            syntax.Document();
            return null;
        }
        catch (FaultException fault)
        {
            return Locate(text, fault.At, fault.Message);
        }
    }

    /// <summary>A mistake at a position of the text.</summary>
    public static HoconFault Locate(string text, int at, string what)
    {
        var before = text.AsSpan(0, Math.Min(at, text.Length));
        return new HoconFault(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), what);
    }

    private void Document()
    {
        SkipBlank(andCommas: true);
        if (Is('{'))
        {
            var start = _at++;
            Members(start, depth: 1);
            SkipBlank(andCommas: true);
            if (!IsAtEnd)
            {
                Fail(Is('}') ? "'}' closes nothing" : "text after the end of the configuration", _at);
            }
        }
        else
        {
            Members(start: -1, depth: 0);
        }
    }

    /// <summary>Keys and values up to the closing brace, or up to the end of the text for the outermost.</summary>
    private void Members(int start, int depth)
    {
        if (depth > DepthMax)
        {
            Fail($"more than {DepthMax} blocks in each other", _at);
        }

        while (true)
        {
            SkipBlank(andCommas: true);
            if (IsAtEnd)
            {
                if (start >= 0)
                {
                    Fail("this '{' is never closed", start);
                }

                return;
            }

            if (Is('}'))
            {
                if (start < 0)
                {
                    Fail("'}' closes nothing", _at);
                }

                _at++;
                return;
            }

            Member(depth);
        }
    }

    private void Member(int depth)
    {
        var start = _at;
        Key();
        var key = _text[start.._at].Trim();
        if (key.StartsWith("include ", StringComparison.Ordinal))
        {
            return;
        }

        if (key.Length == 0)
        {
            Fail(IsAtEnd ? "a key is missing" : $"a key is missing before '{_text[_at]}'", start);
        }

        if (Is('{'))
        {
            Value(depth, start);
        }
        else if (Is('=') || Is(':') || (Is('+') && _at + 1 < _text.Length && _text[_at + 1] == '='))
        {
            _at += Is('+') ? 2 : 1;
            SkipBlank(andCommas: false);
            Value(depth, start);
        }
        else
        {
            Fail(string.Create(CultureInfo.InvariantCulture, $"'{Shorten(key)}' has neither a value ('=') nor a block ('{{')"), start);
        }
    }

    private void Key()
    {
        while (!IsAtEnd && _text[_at] is not ('=' or ':' or '{' or '}' or '[' or ']' or ',' or '\n' or '\r') && !IsComment() && !(Is('+') && Is('=', 1)))
        {
            if (Is('"'))
            {
                Quoted();
            }
            else
            {
                _at++;
            }
        }
    }

    /// <summary>One value, which may be made of several parts on one line.</summary>
    private void Value(int depth, int keyAt)
    {
        var parts = 0;
        while (true)
        {
            while (Is(' ') || Is('\t'))
            {
                _at++;
            }

            if (IsAtEnd || IsComment() || _text[_at] is '\n' or '\r' or ',' or '}' or ']')
            {
                break;
            }

            parts++;
            Part(depth);
        }

        if (parts == 0)
        {
            Fail("a value is missing", keyAt);
        }
    }

    private void Part(int depth)
    {
        if (Is('"'))
        {
            Quoted();
        }
        else if (Is('{'))
        {
            Members(_at++, depth + 1);
        }
        else if (Is('['))
        {
            Items(_at++, depth + 1);
        }
        else if (Is('$') && Is('{', 1))
        {
            var start = _at;
            _at = _text.IndexOf('}', start) + 1;
            if (_at == 0)
            {
                Fail("this '${' is never closed", start);
            }
        }
        else
        {
            _at++;
        }
    }

    private void Items(int start, int depth)
    {
        if (depth > DepthMax)
        {
            Fail($"more than {DepthMax} blocks in each other", _at);
        }

        while (true)
        {
            SkipBlank(andCommas: true);
            if (IsAtEnd || Is('}'))
            {
                Fail("this '[' is never closed", start);
            }

            if (Is(']'))
            {
                _at++;
                return;
            }

            Value(depth, _at);
        }
    }

    private void Quoted()
    {
        var start = _at;
        if (string.CompareOrdinal(_text, _at, "\"\"\"", 0, 3) == 0)
        {
            _at = _text.IndexOf("\"\"\"", start + 3, StringComparison.Ordinal) + 3;
            if (_at < 3)
            {
                Fail("this \"\"\" is never closed", start);
            }

            return;
        }

        for (_at++; !IsAtEnd && _text[_at] is not ('"' or '\n'); _at++)
        {
            if (Is('\\'))
            {
                _at++;
                if (IsAtEnd || !"\"\\/bfnrtu".Contains(_text[_at], StringComparison.Ordinal))
                {
                    Fail("an unknown escape; a backslash in quotes is written '\\\\'", _at - 1);
                }
            }
        }

        if (!Is('"'))
        {
            Fail("this '\"' is never closed on its line", start);
        }

        _at++;
    }

    private void SkipBlank(bool andCommas)
    {
        while (!IsAtEnd)
        {
            if (IsComment())
            {
                _at = _text.IndexOf('\n', _at) is var end && end < 0 ? _text.Length : end;
            }
            else if (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\ufeff' || (andCommas && Is(',')))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private bool IsComment() => Is('#') || (Is('/') && Is('/', 1));

    private bool Is(char character, int ahead = 0) => _at + ahead < _text.Length && _text[_at + ahead] == character;

    private static string Shorten(string key) => key.Length <= 40 ? key : key[..40] + "...";

    private static void Fail(string what, int at) => throw new FaultException(what, at);

    private sealed class FaultException(string what, int at) : Exception(what)
    {
        public int At { get; } = at;
    }
}
