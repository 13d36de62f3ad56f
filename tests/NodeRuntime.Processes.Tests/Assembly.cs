// Every test starts processes by the handful, which mostly wait for each other: two groups beside each other, whatever the machine.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
