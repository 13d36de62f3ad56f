using System.CommandLine;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime completion</c>: scripts that ask the program itself, so they never age.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        _noderuntime() {
            local line="${COMP_LINE}" point="${COMP_POINT}"
            mapfile -t COMPREPLY < <(noderuntime "[suggest:${point}]" "${line}" 2>/dev/null)
        }
        complete -o default -F _noderuntime noderuntime
        """;

    private const string Zsh = """
        #compdef noderuntime
        _noderuntime() {
            local -a found
            found=("${(@f)$(noderuntime "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _noderuntime noderuntime
        """;

    private const string Fish = """
        complete -f -c noderuntime -a '(noderuntime "[suggest:"(string length (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
        """;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Command command = new("completion", "A script for your shell: eval \"$(noderuntime completion bash)\"") { shell };
        return command.Runs(world, options, (session, parsed, _) =>
        {
            string name = parsed.GetRequiredValue(shell);
            string script = name switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            };
            session.Display.Answer(new CompletionResult(name, script), CliJson.Default.CompletionResult, (_, made) => session.Display.Line(made.Script));
            return Task.FromResult(ExitCode.Ok);
        });
    }
}
