/// A run that is not right.
public struct BenchError: Error, Sendable, CustomStringConvertible {
    /// The process's exit code.
    public let code: Int32
    /// One line: the thing, the cause, the cure.
    public let description: String

    init(code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }

    /// An output is missing, or a file changed while it was read.
    static func failed(_ description: String) -> BenchError { BenchError(code: 74, description) }
    /// The messages are not what they should be.
    static func badInput(_ description: String) -> BenchError { BenchError(code: 65, description) }
    /// The database cannot be made there.
    static func cannotCreate(_ description: String) -> BenchError { BenchError(code: 73, description) }
    /// The options do not go together.
    static func usage(_ description: String) -> BenchError { BenchError(code: 64, description) }
}
