package import Beehive

/// Objects in protobuf's form, for clients that take nothing else: leases and config maps, which leaders are elected with.
///
/// Nothing is left out: an object with a field that its message does not have is answered as JSON or not at all, since
/// a client that writes back what it read would take that field away.
package enum ProtobufAnswer {
    /// The kinds that are written, and their messages.
    private static let messages = [
        "v1 ConfigMap": "ConfigMap", "v1 ConfigMapList": "ConfigMapList",
        "coordination.k8s.io/v1 Lease": "Lease", "coordination.k8s.io/v1 LeaseList": "LeaseList",
    ]

    private static let objects = Set(messages.values)

    /// Whether objects of a kind can be written so.
    ///
    /// - Parameters:
    ///   - apiVersion: group and version.
    ///   - kind: the kind, or that of its list.
    /// - Returns: false for all that goes as JSON alone.
    package static func writes(apiVersion: String, kind: String) -> Bool { messages["\(apiVersion) \(kind)"] != nil }

    /// An object, or a list of some.
    ///
    /// - Parameter tree: the object, with its kind.
    /// - Returns: the bytes; nil when it is of another kind, or holds what its message has no place for.
    package static func bytes(_ tree: JSONValue) -> Bytes? {
        guard let version = tree["apiVersion"]?.text, let kind = tree["kind"]?.text,
            let message = messages["\(version) \(kind)"]
        else { return nil }
        guard let object = Self.message(message, tree.members, depth: 0) else { return nil }
        var writer = ProtobufWriter()
        writer.message(1) {
            $0.text(1, version)
            $0.text(2, kind)
        }
        writer.bytes(2, object[...])
        return ([0x6B, 0x38, 0x73, 0] + writer.bytes)[...]
    }

    private static func message(_ name: String, _ members: [JSONMember], depth: Int) -> [UInt8]? {
        guard depth < 8, let schema = ProtobufSchema.all[name] else { return nil }
        var writer = ProtobufWriter()
        // What stands around an object says its kind; those in a list have none of their own.
        let isObject = objects.contains(name)
        var left = members.filter { $0.value != .null && !(isObject && ($0.key == "apiVersion" || $0.key == "kind")) }
        // In the order of the fields' numbers, as they stand in the schema.
        for field in schema.fields {
            guard let at = left.firstIndex(where: { $0.key == field.name }) else { continue }
            let value = left.remove(at: at).value
            guard write(field, value, to: &writer, depth: depth) else { return nil }
        }
        return left.isEmpty ? writer.bytes : nil
    }

    private static func write(
        _ field: ProtobufSchema.Field, _ value: JSONValue, to writer: inout ProtobufWriter, depth: Int
    ) -> Bool {
        switch (field.shape, value) {
        case (.one, _): return write(field.type, value, as: field.number, to: &writer, depth: depth)
        case (.list, .array(let elements)):
            return elements.allSatisfy { write(field.type, $0, as: field.number, to: &writer, depth: depth) }
        case (.map, .object(let members)):
            return members.allSatisfy { member in
                var entry = ProtobufWriter()
                entry.text(1, member.key)
                guard write(field.type, member.value, as: 2, to: &entry, depth: depth) else { return false }
                writer.bytes(field.number, entry.bytes[...])
                return true
            }
        default: return false
        }
    }

    private static func write(
        _ type: ProtobufSchema.FieldType, _ value: JSONValue, as number: Int, to writer: inout ProtobufWriter,
        depth: Int
    ) -> Bool {
        switch (type, value) {
        case (.text, .string): writer.text(number, value.text)
        case (.int, .number):
            guard let integer = value.integer else { return false }
            writer.integer(number, integer)
        case (.bool, .bool(let bool)): writer.flag(number, bool)
        case (.bytes, .string):
            guard let text = value.text, let bytes = Base64.decode(Array(text.utf8)[...]) else { return false }
            writer.bytes(number, bytes)
        case (.time, .string), (.microTime, .string):
            guard let text = value.text, let milliseconds = KubernetesTimestamp.milliseconds(text),
                let nanos = nanoseconds(text)
            else { return false }
            writer.message(number) { time in
                time.integer(1, Int(milliseconds / 1000))
                if nanos > 0 { time.integer(2, nanos) }
            }
        case (.json, _): writer.message(number) { $0.bytes(1, value.json) }
        case (.message(let name), .object(let members)):
            guard let inner = message(name, members, depth: depth + 1) else { return false }
            writer.bytes(number, inner[...])
        default: return false
        }
        return true
    }

    /// What stands behind the point of a time; nil when it is more than nanoseconds can say.
    private static func nanoseconds(_ text: String) -> Int? {
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
        let digits = text.utf8[point...].dropFirst().prefix { (48...57).contains($0) }
        guard (1...9).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
            * (0..<(9 - digits.count)).reduce(1) { power, _ in power * 10 }
    }
}
