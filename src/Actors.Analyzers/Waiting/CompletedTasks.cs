using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Actors.Analyzers.Waiting;

/// <summary>
/// Sees of a task in a variable that it has completed: it was awaited before, alone or among others, or it is asked under a condition that says so. What is assigned to the
/// variable in between is not looked at.
/// </summary>
internal static class CompletedTasks
{
    public static bool IsKnown(IOperation? task)
    {
        if (VariableOf(task) is not { } variable)
        {
            return false;
        }

        var child = task!;
        for (var step = task!.Parent; step is not null; child = step, step = step.Parent)
        {
            switch (step)
            {
                case IConditionalOperation choice when choice.WhenTrue == child && SaysCompleted(choice.Condition, variable):
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd } both when both.RightOperand == child && SaysCompleted(both.LeftOperand, variable):
                case IBlockOperation block when IsAwaitedBefore(block, child, variable):
                    return true;
                case IForEachLoopOperation loop when loop.Locals.Contains(variable, SymbolEqualityComparer.Default) && VariableOf(Unwrap(loop.Collection)) is { } all:
                    variable = all;
                    break;
                case IAnonymousFunctionOperation lambda when lambda.Symbol.Parameters.Contains(variable, SymbolEqualityComparer.Default) && SourceOf(lambda) is { } source:
                    variable = source;
                    break;
            }
        }

        return false;
    }

    /// <summary>The sequence that a lambda is applied to: <c>tasks.Select(task => ...)</c>.</summary>
    private static ISymbol? SourceOf(IAnonymousFunctionOperation lambda)
    {
        for (var step = lambda.Parent; step is not null and not IBlockOperation; step = step.Parent)
        {
            if (step is IInvocationOperation call)
            {
                return VariableOf(Unwrap(call.Instance ?? call.Arguments.FirstOrDefault()?.Value));
            }
        }

        return null;
    }

    private static bool IsAwaitedBefore(IBlockOperation block, IOperation child, ISymbol variable) =>
        block.Operations.TakeWhile(statement => statement != child).Any(statement => statement switch
        {
            IExpressionStatementOperation { Operation: var expression } => Awaits(expression, variable),
            IVariableDeclarationGroupOperation group => group.Declarations.SelectMany(static declaration => declaration.Declarators)
                .Any(declarator => Awaits(declarator.GetVariableInitializer()?.Value, variable)),
            _ => false,
        });

    private static bool Awaits(IOperation? expression, ISymbol variable)
    {
        expression = expression is IAssignmentOperation assignment ? assignment.Value : expression;
        if (Unwrap(expression) is not IAwaitOperation { Operation: var awaited })
        {
            return false;
        }

        awaited = Unwrap(awaited)!;
        while (awaited is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "WaitAsync", Instance: { } inner })
        {
            awaited = Unwrap(inner)!;
        }

        return Is(awaited, variable)
            || (awaited is IInvocationOperation { TargetMethod: { Name: "WhenAll", ContainingType.Name: "Task" } } all
                && all.Arguments.Any(argument => argument.Value.DescendantsAndSelf().Any(operation => Is(operation, variable))));
    }

    private static bool SaysCompleted(IOperation condition, ISymbol variable) => Unwrap(condition) switch
    {
        IPropertyReferenceOperation { Property.Name: "IsCompleted" or "IsCompletedSuccessfully", Instance: { } task } => Is(task, variable),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd } both => SaysCompleted(both.LeftOperand, variable) || SaysCompleted(both.RightOperand, variable),
        _ => false,
    };

    private static bool Is(IOperation? operation, ISymbol variable) => SymbolEqualityComparer.Default.Equals(VariableOf(operation), variable);

    private static ISymbol? VariableOf(IOperation? operation) => Unwrap(operation) switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };

    private static IOperation? Unwrap(IOperation? operation)
    {
        while (operation is IConversionOperation or IParenthesizedOperation)
        {
            operation = operation is IConversionOperation conversion ? conversion.Operand : ((IParenthesizedOperation)operation).Operand;
        }

        return operation;
    }
}
