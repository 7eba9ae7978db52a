/// What the Node object says of the machine; what could not be found out is left out of it.
public struct MachineFacts: Sendable, Hashable {
    /// How many processors this process may use.
    public var processors: Int?
    /// The memory, in bytes.
    public var memory: UInt64?
    /// The memory that is free to use, in bytes.
    public var freeMemory: UInt64?
    /// The file system for pods' data, in bytes.
    public var storage: UInt64?
    /// What of it is free to use, in bytes.
    public var freeStorage: UInt64?
    /// The address that others reach the node at.
    public var address: String?
    /// `/etc/machine-id`.
    public var machineID = ""
    /// The hardware's id, where it may be read; else the machine's.
    public var systemID = ""
    /// The id of this boot.
    public var bootID = ""
    /// The kernel's release.
    public var kernel = ""
    /// The distribution's name and release.
    public var systemImage = ""
    /// The processor's kind, in Go's words.
    public var architecture = ""

    /// Facts of a machine that nothing is known of.
    public init() {}
}
