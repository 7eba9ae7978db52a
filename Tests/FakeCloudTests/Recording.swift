import Beehive

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A conversation recorded between a real CloudCore and an edge.
struct Recording {
    struct Line {
        let isDown: Bool
        let message: Message
    }

    let lines: [Line]

    /// Reads one of `Tests/Fixtures/wire`.
    init(_ name: String, file: String = #filePath) throws {
        let root = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        let path = "\(root)/Fixtures/wire/\(name).jsonl"
        guard let handle = fopen(path, "r") else { throw Missing(path: path) }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, handle), count > 0 { bytes += chunk[..<count] }
        lines = try bytes.split(separator: UInt8(ascii: "\n")).compactMap { text in
            let line = try JSONValue(parsing: text)
            guard let frame = line["frame"], let message = try? MessageDecoder().decode(frame.json) else { return nil }
            return Line(isDown: line["dir"]?.text == "cloud->edge", message: message)
        }
    }

    struct Missing: Error { let path: String }

    /// The edge's requests, without keepalives and acks.
    var requests: [Message] {
        lines.filter { !$0.isDown && $0.message.route.operation != .keepalive && !$0.message.route.operation.isAnswer }
            .map(\.message)
    }

    /// The answer to a request.
    func answer(to request: Message) -> Message? {
        lines.first { $0.isDown && $0.message.header.parentID == request.id }?.message
    }

    /// The first push of an operation about a resource.
    func push(_ operation: Beehive.Operation, _ resource: String) -> Message? {
        lines.first { line in
            line.isDown && line.message.route.operation == operation && line.message.route.resource == resource
                && line.message.header.parentID.isEmpty
        }?.message
    }
}

/// The shape of a JSON value: the keys down to a depth, and the texts of errors.
enum Shape {
    /// Keys that stand in an object by chance: what its maker set.
    private static let free: Set<String> = [
        "managedFields", "labels", "annotations", "data", "finalizers", "taints", "extra", "username", "groups",
        "ownerReferences", "resourceVersion", "uid",
    ]

    static func of(_ value: JSONValue, depth: Int = 3) -> String {
        switch value {
        case .object(let members):
            guard depth > 0 else { return "{}" }
            let parts = members.filter { !free.contains($0.key) }.sorted { $0.key < $1.key }.map { member in
                "\(member.key):\(of(member.value, depth: depth - 1))"
            }
            return "{\(parts.joined(separator: ","))}"
        case .array: return "[]"
        case .string: return "s"
        case .number: return "n"
        case .bool: return "b"
        case .null: return "null"
        }
    }
}
