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

/// <summary>Makes a member of a task message immutable: <c>set</c> becomes <c>init</c>, a field <c>readonly</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class InitFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["ACT1301"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var member = root?.FindNode(context.Span).AncestorsAndSelf().OfType<MemberDeclarationSyntax>().FirstOrDefault();
        var (title, fixedMember) = member switch
        {
            PropertyDeclarationSyntax property when property.AccessorList?.Accessors.FirstOrDefault(static accessor => accessor.IsKind(SyntaxKind.SetAccessorDeclaration)) is { } set =>
                ("Make it init", (MemberDeclarationSyntax?)property.ReplaceNode(
                    set,
                    SyntaxFactory.AccessorDeclaration(SyntaxKind.InitAccessorDeclaration, set.AttributeLists, set.Modifiers, set.Body, set.ExpressionBody)
                        .WithSemicolonToken(set.SemicolonToken).WithTriviaFrom(set))),
            FieldDeclarationSyntax field when !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) =>
                ("Make it readonly", field.AddModifiers(SyntaxFactory.Token(SyntaxKind.ReadOnlyKeyword).WithTrailingTrivia(SyntaxFactory.Space))),
            _ => ("", null),
        };
        if (root is null || member is null || fixedMember is null)
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            context.RegisterCodeFix(
                CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(member, fixedMember))), nameof(InitFix)), diagnostic);
        }
    }
}
