internal import Beehive

/// An application of a node, as the dynamic controller reads and answers it.
///
/// Written apart from the node's own: it stands for the other side, where a fault of ours must show.
struct CloudApplication: Sendable {
    /// How it ends.
    enum Outcome: Sendable {
        case approved(JSONValue?)
        case rejected(StatusError)
        case failed(String)
    }

    /// As it came, member by member, for the answer.
    let whole: JSONValue
    let id: String
    let key: String
    let verb: String
    let options: JSONValue
    let body: JSONValue?
    let subresource: String

    /// Reads a message's content, or a value of the map of watches; nil when it is none.
    init?(_ whole: JSONValue) {
        guard let id = whole["ID"]?.text, let key = whole["Key"]?.text, let verb = whole["Verb"]?.text else {
            return nil
        }
        self.whole = whole
        (self.id, self.key, self.verb) = (id, key, verb)
        options = Self.json(whole["Option"]) ?? .object([])
        body = Self.json(whole["ReqBody"])
        subresource = whole["Subresource"]?.text ?? ""
    }

    private static func json(_ value: JSONValue?) -> JSONValue? {
        guard let text = value?.text, let bytes = Base64.decode(text) else { return nil }
        return try? JSONValue(parsing: bytes[...])
    }

    /// What the key names; nil for a discovery path.
    var target: Target? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        guard parts.count == 5 else { return nil }
        return Target(
            group: parts[0] == "core" ? "" : parts[0], version: parts[1], plural: parts[2],
            namespace: parts[3] == "null" ? "" : parts[3], name: parts[4] == "null" ? "" : parts[4])
    }

    /// An object, or the objects of a kind.
    struct Target: Sendable, Hashable {
        let group: String
        let version: String
        let plural: String
        /// Empty for kinds without, and for all.
        let namespace: String
        /// Empty for all.
        let name: String

        var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

        func covers(_ key: ObjectKey) -> Bool {
            key.kind.plural == plural && key.kind.apiVersion == apiVersion
                && (namespace.isEmpty || namespace == key.namespace) && (name.isEmpty || name == key.name)
        }
    }

    /// The application with its answer, as the cloud sends it back.
    func answered(_ outcome: Outcome) -> JSONValue {
        var answer = whole
        switch outcome {
        case .approved(let body):
            answer["Status"] = "Approved"
            if let body { answer["RespBody"] = JSONValue(text: Base64.encode(Array(body.json))) }
        case .rejected(let error):
            answer["Status"] = "Rejected"
            var status: JSONValue = ["kind": "Status", "apiVersion": "v1"]
            for member in error.json["ErrStatus"]?.members ?? [] { status[member.key] = member.value }
            answer["Error"] = ["ErrStatus": status]
        case .failed(let reason):
            answer["Status"] = "Failed"
            answer["Reason"] = JSONValue(text: reason)
        }
        return answer
    }
}

extension Base64 {
    /// The bytes; nil when it is none.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        var out: [UInt8] = []
        var (word, bits) = (UInt32(0), UInt32(0))
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let value = value(byte) else { return nil }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return out
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
