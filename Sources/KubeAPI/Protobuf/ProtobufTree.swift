internal import Beehive

/// Messages as JSON has them: fields that are empty are left out, as Go's `omitempty` does.
enum ProtobufTree {
    /// No message that is read here is this deep; the schemas lead in no circle.
    private static let maximumDepth = 16

    /// A message; nil when it holds something in a field that is not known.
    static func message(_ name: String, _ bytes: Bytes, depth: Int) throws(ProtobufReader.Fault) -> JSONValue? {
        guard depth < maximumDepth, let schema = ProtobufSchema.all[name] else { throw ProtobufReader.Fault() }
        var ones: [Int: JSONValue] = [:]
        var lists: [Int: [JSONValue]] = [:]
        var maps: [Int: [String: JSONValue]] = [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard let field = schema.fields.first(where: { $0.number == number }) else {
                // Newer clients write newer fields, most of them empty.
                guard isEmpty(value) else { return nil }
                continue
            }
            switch field.shape {
            case .one:
                guard let one = try self.value(field.type, value, depth) else { return nil }
                ones[number] = one
            case .list:
                guard let one = try self.value(field.type, value, depth) else { return nil }
                lists[number, default: []].append(one)
            case .map:
                guard let (key, one) = try entry(field.type, value, depth) else { return nil }
                maps[number, default: [:]][key] = one
            }
        }
        var members: [JSONMember] = []
        for field in schema.fields {
            let value: JSONValue?
            switch field.shape {
            case .one: value = ones[field.number].flatMap { field.isKept || !isEmpty($0) ? $0 : nil }
            case .list: value = lists[field.number].map { .array($0) }
            case .map:
                value = maps[field.number].map { map in
                    .object(map.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })
                }
            }
            // A time of nothing is none, wherever it stands.
            if let value, value != .null { members.append(JSONMember(field.name, value)) }
        }
        return .object(members)
    }

    private static func isEmpty(_ value: ProtobufReader.Value) -> Bool {
        switch value {
        case .number(let number): number == 0
        case .bytes(let bytes): bytes.isEmpty
        case .fixed: false
        }
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): members.isEmpty
        default: value == "" || value == 0 || value == false || value == .null
        }
    }

    private static func entry(
        _ type: ProtobufSchema.FieldType, _ value: ProtobufReader.Value, _ depth: Int
    ) throws(ProtobufReader.Fault) -> (String, JSONValue)? {
        var reader = ProtobufReader(try bytes(value))
        var key = ""
        var found: JSONValue?
        while let (number, value) = try reader.next() {
            if number == 1 { key = try text(try bytes(value)) }
            if number == 2 {
                guard let one = try self.value(type, value, depth) else { return nil }
                found = one
            }
        }
        return (key, found ?? "")
    }

    private static func value(
        _ type: ProtobufSchema.FieldType, _ value: ProtobufReader.Value, _ depth: Int
    ) throws(ProtobufReader.Fault) -> JSONValue? {
        switch type {
        case .text: return JSONValue(text: try text(try bytes(value)))
        case .int: return JSONValue(integer: try number(value))
        case .bool: return .bool(try number(value) != 0)
        case .bytes: return JSONValue(text: String(decoding: Base64.encode(try bytes(value)), as: UTF8.self))
        case .time, .microTime: return try time(try bytes(value), isMicro: type == .microTime)
        case .intOrText: return try intOrText(try bytes(value))
        case .json: return try json(try bytes(value))
        case .message(let name): return try message(name, try bytes(value), depth: depth + 1)
        }
    }

    /// Numbers of a message's fields 1 to 3, and its text.
    private static func numbers(
        _ bytes: Bytes
    ) throws(ProtobufReader.Fault) -> (first: Int64, second: Int64, text: String) {
        var reader = ProtobufReader(bytes)
        var found = (first: Int64(0), second: Int64(0), text: "")
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .number(let value)): found.first = Int64(bitPattern: value)
            case (2, .number(let value)): found.second = Int64(bitPattern: value)
            case (3, .bytes(let value)): found.text = try text(value)
            default: throw ProtobufReader.Fault()
            }
        }
        return found
    }

    private static func time(_ bytes: Bytes, isMicro: Bool) throws(ProtobufReader.Fault) -> JSONValue {
        guard !bytes.isEmpty else { return .null }
        let found = try numbers(bytes)
        // The years that four digits can say; Go's zero time is before them.
        guard (-62_135_596_800..<253_402_300_800).contains(found.first), (0..<1_000_000_000).contains(found.second)
        else { throw ProtobufReader.Fault() }
        guard found.first > -62_135_596_800 else { return .null }
        let text = KubernetesTimestamp.text(found.first * 1000)
        guard isMicro else { return JSONValue(text: text) }
        let micros = String(found.second / 1000)
        return JSONValue(text: text.dropLast() + "." + String(repeating: "0", count: 6 - micros.count) + micros + "Z")
    }

    private static func intOrText(_ bytes: Bytes) throws(ProtobufReader.Fault) -> JSONValue {
        let found = try numbers(bytes)
        return found.first == 0 ? JSONValue(integer: found.second) : JSONValue(text: found.text)
    }

    private static func json(_ outer: Bytes) throws(ProtobufReader.Fault) -> JSONValue {
        var reader = ProtobufReader(outer)
        while let (number, value) = try reader.next() {
            guard number == 1, let tree = try? JSONValue(parsing: try bytes(value)) else {
                throw ProtobufReader.Fault()
            }
            return tree
        }
        return [:]
    }

    private static func bytes(_ value: ProtobufReader.Value) throws(ProtobufReader.Fault) -> Bytes {
        guard case .bytes(let bytes) = value else { throw ProtobufReader.Fault() }
        return bytes
    }

    private static func number(_ value: ProtobufReader.Value) throws(ProtobufReader.Fault) -> Int64 {
        guard case .number(let number) = value else { throw ProtobufReader.Fault() }
        return Int64(bitPattern: number)
    }

    /// Text, which has to be valid.
    static func text(_ bytes: Bytes) throws(ProtobufReader.Fault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw ProtobufReader.Fault() }
        return text
    }
}
