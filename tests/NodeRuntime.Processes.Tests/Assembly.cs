// Every test starts processes by the handful: one after another, on whatever machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
