// Every test starts processes by the handful, which mostly wait for each other: some groups beside each other, whatever the machine.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
