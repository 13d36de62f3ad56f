using NodeRuntime.Ledger.Tests.Support;

namespace NodeRuntime.Ledger.Tests.Families;

public sealed class FamilyRulesTests
{
    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [];
            foreach (string name in Scripts.All.Keys) names.Add(name);
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_ledger_plays_by_the_table(string name) => Assert.NotEmpty(LedgerTable.Play(Scripts.All[name]));
}
