/// What a check of a database found (`store check`).
public struct CheckReport: Sendable, Equatable {
    /// One thing that is wrong.
    public struct Problem: Sendable, Equatable {
        /// The row concerned, as `<table>/<key>`; the file's path when it is about the file.
        public var key: String
        /// What is wrong with it.
        public var what: String

        /// Makes a problem.
        ///
        /// - Parameters:
        ///   - key: the row or file concerned.
        ///   - what: what is wrong with it.
        public init(key: String, what: String) {
            self.key = key
            self.what = what
        }
    }

    /// Whether rows of secret types are sealed.
    public enum Sealing: String, Sendable {
        /// No row is sealed.
        case off
        /// Some or all are.
        case on
    }

    /// True when nothing is wrong.
    public var ok: Bool { problems.isEmpty }
    /// The schema's number; 0 when it cannot be read.
    public var schema: Int64 = 0
    /// How many objects are stored.
    public var rows = 0
    /// What is wrong; at most `StoreCheck.problemLimit`, the last of which then says how many more there are.
    public var problems: [Problem] = []
    /// The keys of objects that were lost by damage and have not come again, in the order of their bytes.
    public var lost: [String] = []
    /// How many rows are sealed.
    public var sealedRows = 0
    /// Whether sealing is in use.
    public var sealing: Sealing { sealedRows == 0 ? .off : .on }

    /// Makes an empty report.
    public init() {}
}
