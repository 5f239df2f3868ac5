return await Actors.Console.Commands.ActorsCommand.RunAsync(args).ConfigureAwait(false);
