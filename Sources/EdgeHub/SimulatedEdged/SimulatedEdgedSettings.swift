/// The settings of the simulated edged.
public struct SimulatedEdgedSettings: Sendable, Hashable {
    /// How pods' states are reported.
    public enum Reporting: Sendable, Hashable {
        /// `podpatch`, a strategic merge patch, as release 1.23 does.
        case patches
        /// `podstatus`, a whole status, as release 1.2 does.
        case reports
    }

    /// How pods' states are reported.
    public var reporting: Reporting = .patches
    /// How long an answer of MetaManager is waited for.
    public var requestTimeout: Duration = .seconds(65)
    /// How often a pod that lacks something is looked at again.
    public var retry: Duration = .seconds(5)
    /// How many pods are worked on at once.
    public var workers = 4
    /// The address of the node, out of a range for documentation.
    public var hostAddress = "192.0.2.1"

    /// Makes settings with the defaults.
    ///
    /// - Parameter reporting: how pods' states are reported.
    public init(reporting: Reporting = .patches) { self.reporting = reporting }
}
