/// The dynamic controller, for tests.
extension FakeCloudCore {
    /// Switches the dynamic controller on or off: off, applications are never answered.
    ///
    /// - Parameter isOn: whether it answers.
    /// - Throws: when the cloud was stopped.
    public func setDynamicController(_ isOn: Bool) async throws {
        try await onLoop { hub in
            hub.dynamic.isOn = isOn
            if !isOn { hub.dynamic.watches = [:] }
        }
    }

    /// Forbids nodes to touch kinds through the dynamic controller.
    ///
    /// - Parameter plurals: such as `secrets`; empty allows all.
    /// - Throws: when the cloud was stopped.
    public func forbid(_ plurals: Set<String>) async throws { try await onLoop { $0.dynamic.forbidden = plurals } }

    /// What a node watches.
    ///
    /// - Parameter node: the node's name.
    /// - Returns: the applications' keys, sorted.
    /// - Throws: when the cloud was stopped.
    public func watches(of node: String) async throws -> [String] {
        try await onLoop { ($0.dynamic.watches[node] ?? [:]).values.map(\.key).sorted() }
    }

    /// Forgets all watches, as a restart does.
    ///
    /// - Throws: when the cloud was stopped.
    public func forgetWatches() async throws { try await onLoop { $0.dynamic.watches = [:] } }
}
