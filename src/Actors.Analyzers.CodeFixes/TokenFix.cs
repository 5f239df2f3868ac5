using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Actors.Analyzers.CodeFixes;

/// <summary>Passes the attempt's token on, where a context is in reach.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class TokenFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["ACT1101"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call)
        {
            return;
        }

        var name = call.Ancestors().OfType<MethodDeclarationSyntax>().FirstOrDefault()
            ?.ParameterList.Parameters.FirstOrDefault(static parameter => parameter.Type?.ToString() is "TaskContext" or "Actors.TaskContext")?.Identifier.Text;
        if (name is null)
        {
            return;
        }

        var token = SyntaxFactory.Argument(SyntaxFactory.ParseExpression($"{name}.CancellationToken"));
        var isNamed = call.ArgumentList.Arguments.Any(static argument => argument.NameColon is not null);
        foreach (var diagnostic in context.Diagnostics)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Pass {name}.CancellationToken",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(
                        call,
                        call.WithArgumentList(call.ArgumentList.AddArguments(isNamed ? token.WithNameColon(SyntaxFactory.NameColon("cancellationToken")) : token))))),
                    nameof(TokenFix)),
                diagnostic);
        }
    }
}
