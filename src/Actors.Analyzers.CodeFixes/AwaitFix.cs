using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Actors.Analyzers.CodeFixes;

/// <summary>In an asynchronous handler: <c>x.Result</c>, <c>x.Wait()</c> and <c>x.GetAwaiter().GetResult()</c> become <c>await x</c>, and a blocking call its asynchronous twin.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AwaitFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["ACT1001", "ACT1003"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not ExpressionSyntax found || !IsInAsync(found))
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            if (Awaited(found, ContextName(found)) is { } awaited)
            {
                context.RegisterCodeFix(
                    CodeAction.Create("Await it", token => Replace(context.Document, root, found, awaited, token), nameof(AwaitFix)), diagnostic);
            }
        }
    }

    private static Task<Document> Replace(Document document, SyntaxNode root, ExpressionSyntax found, ExpressionSyntax awaited, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ExpressionSyntax replacement = SyntaxFactory.AwaitExpression(awaited.WithoutTrivia());
        if (found.Parent is MemberAccessExpressionSyntax or ConditionalAccessExpressionSyntax or ElementAccessExpressionSyntax)
        {
            replacement = SyntaxFactory.ParenthesizedExpression(replacement);
        }

        return Task.FromResult(document.WithSyntaxRoot(root.ReplaceNode(found, replacement.WithTriviaFrom(found).WithAdditionalAnnotations(Formatter.Annotation))));
    }

    private static ExpressionSyntax? Awaited(ExpressionSyntax found, string? context) => found switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Result" } result => result.Expression,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Wait" } wait, ArgumentList.Arguments.Count: 0 } => wait.Expression,
        InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax
            {
                Name.Identifier.Text: "GetResult",
                Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "GetAwaiter" } awaiter },
            },
        } => awaiter.Expression,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Sleep" }, ArgumentList.Arguments.Count: 1 } sleep =>
            SyntaxFactory.ParseExpression($"Task.Delay({sleep.ArgumentList.Arguments[0]}{(context is null ? "" : $", {context}.CancellationToken")})"),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name } member } call when name.Identifier.Text is not ("Ask" or "WaitOne" or "Join") =>
            call.WithExpression(member.WithName(SyntaxFactory.IdentifierName(name.Identifier.Text + "Async"))),
        _ => null,
    };

    private static bool IsInAsync(SyntaxNode node) => node.Ancestors().Select(static ancestor => ancestor switch
    {
        AnonymousFunctionExpressionSyntax lambda => lambda.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword),
        LocalFunctionStatementSyntax local => local.Modifiers.Any(SyntaxKind.AsyncKeyword),
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword),
        _ => (bool?)null,
    }).FirstOrDefault(static isAsync => isAsync is not null) ?? false;

    private static string? ContextName(SyntaxNode node) => node.Ancestors().OfType<MethodDeclarationSyntax>().FirstOrDefault()
        ?.ParameterList.Parameters.FirstOrDefault(static parameter => parameter.Type?.ToString() is "TaskContext" or "Actors.TaskContext")?.Identifier.Text;
}
