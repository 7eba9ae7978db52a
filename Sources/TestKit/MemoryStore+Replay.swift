public import MetaManager
public import MetaStore

extension MemoryStore: ReplayStore {
    /// Plans, and applies what the plan changes.
    public mutating func replay(
        now: Int64, _ planning: (any StoreReading) throws(StoreError) -> Plan
    ) throws(StoreError) -> Plan {
        let plan = try planning(self)
        for change in plan.changes { apply(change, now: now) }
        return plan
    }
}
