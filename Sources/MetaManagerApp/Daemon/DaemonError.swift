internal import MetaStore

/// Why the daemon cannot start, with the exit code of the contract.
public struct DaemonError: Error, Sendable, CustomStringConvertible {
    /// The process's exit code.
    public let code: Int32
    /// One line: the thing, the cause, the cure.
    public let description: String

    init(code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Names a failure of the store: 65 for a file that is none of ours, 73 for one that cannot be made, 74 for the disk.
    init(_ error: StoreError) {
        let code: Int32 =
            switch error.code {
            case .notADatabase, .schemaTooNew: 65
            case .cannotOpen, .readOnly, .keyMissing, .sealBroken, .damaged: 73
            case .full, .locked, .io, .corrupt, .tookTooLong, .other: 74
            }
        self.init(code: code, error.description)
    }
}
