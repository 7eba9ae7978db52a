/// A reader of bytes that a stranger may send, with what must hold for whatever it is given.
public struct FuzzTarget: Sendable {
    /// Its name, which is that of its folder in `Tests/Fuzz/Corpus` too.
    public let name: String
    /// The longest input that is worth a try.
    public let maximumBytes: Int
    private let body: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(_ name: String, maximumBytes: Int = 4096, _ body: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void)
    {
        self.name = name
        self.maximumBytes = maximumBytes
        self.body = body
    }

    /// Feeds one input.
    ///
    /// - Parameter bytes: any bytes.
    /// - Throws: `FuzzFinding` when a property does not hold; what is worse ends the process.
    public func check(_ bytes: UnsafeRawBufferPointer) throws { try body(bytes) }

    /// The target of a name.
    ///
    /// - Parameter name: the name.
    /// - Returns: nil when there is none.
    public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
