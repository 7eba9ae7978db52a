internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What of a content may be written down: names, versions and what else decisions read; all else is a digest of it.
///
/// Digests are keyed by a number that only this process knows and that is written nowhere: equal contents have equal
/// digests, as decisions need it, and nobody can try out what a digest stands for.
struct Redaction: Sendable {
    private let key: (UInt64, UInt64)

    /// A redaction with a key of its own.
    init() {
        var random = SystemRandomNumberGenerator()
        key = (random.next(), random.next())
    }

    /// Lists are written up to about this size: no record is as large.
    private static let listLimit = 256 << 10
    /// Texts longer than this that are to be kept are written as a digest: no name or version is.
    private static let textLimit = 1024

    // MARK: Contents

    /// What stands for a message's content.
    ///
    /// - Parameters:
    ///   - content: the content.
    ///   - route: the message's route, which tells what it is.
    /// - Returns: JSON on which the same decisions are made.
    func content(_ content: Content, of route: Route) -> [UInt8] {
        if route.group == .dynamicController || route.operation == .applicationResponse,
            let application = application(content.json)
        {
            return application
        }
        return self.content(content, type: Self.type(of: route.resource))
    }

    /// The type in a resource, without more of a look at it.
    static func type(of resource: String) -> ResourceType {
        // By bytes: it is asked several times a message, and to split a text by its characters takes a microsecond.
        let bytes = resource.utf8
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return "" }
        let rest = bytes[bytes.index(after: slash)...]
        let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        return ResourceType(String(resource[rest.startIndex..<end]))
    }

    private func content(_ content: Content, type: ResourceType) -> [UInt8] {
        guard case .json(let bytes, let sketch) = content.form else { return Array(#"["~"]"#.utf8) }
        switch sketch.kind {
        case .null, .bool: return Array(bytes)
        case .number: return number(bytes)
        case .string: return string(content, bytes)
        case .array: return list(bytes, type: type)
        case .object: return object(content, bytes, type: type)
        }
    }

    /// What stands for a stored value; what is no JSON stays none.
    func value(_ bytes: Bytes, type: ResourceType) -> [UInt8] {
        if Shadow.decides(type) { return row(bytes, type: type) }
        if Self.isPatch(type), let patch = try? JSONValue(parsing: bytes) { return Array(patches(patch).json) }
        guard let content = try? Content(json: bytes) else { return Array(digest(bytes).utf8) }
        return self.content(content, type: type)
    }

    /// One patch, or several that could not be joined.
    private func patches(_ row: JSONValue) -> JSONValue {
        guard case .array(let patches) = row else { return redacted(row, at: .top) }
        return .array(patches.map { redacted($0, at: .top) })
    }

    private static func isPatch(_ type: ResourceType) -> Bool { type == .podPatch || type == .nodePatch }

    private func string(_ content: Content, _ bytes: Bytes) -> [UInt8] {
        if content.isOK || content.isEmpty { return Array(bytes) }
        // A patch travels as text, and how patches join depends on what they are made of.
        if let text = content.storedValue, text.first == UInt8(ascii: "{"), let patch = try? JSONValue(parsing: text) {
            var out: [UInt8] = []
            JSONText.appendString(redacted(patch, at: .top).json, to: &out)
            return out
        }
        return quoted(digest(bytes.dropFirst().dropLast()))
    }

    private func list(_ bytes: Bytes, type: ResourceType) -> [UInt8] {
        var out = Array("[".utf8)
        for element in JSONMembers.elements(of: bytes) ?? [] where out.count < Self.listLimit {
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            if let content = try? Content(json: element) {
                out += content.kind == .array ? quoted(digest(element)) : self.content(content, type: type)
            }
        }
        out.append(UInt8(ascii: "]"))
        return out
    }

    private func object(_ content: Content, _ bytes: Bytes, type: ResourceType) -> [UInt8] {
        let sketch = content.sketch
        if sketch.isEmptyObject { return Array(bytes) }
        var out = RecordText()
        out.open("{")
        for (name, span) in [("apiVersion" as StaticString, sketch.apiVersion), ("kind", sketch.objectKind)] {
            if let text = content.bytes(span) {
                out.key(name)
                out.raw(kept(text))
            }
        }
        if let json = content.bytes(sketch.metadata) { metadata(json, content, to: &out) }
        if let json = content.bytes(sketch.errorStatus) { status(json, to: &out) }
        if let json = content.bytes(sketch.object) {
            out.key("Object")
            out.raw((try? Content(json: json)).map { self.content($0, type: type) } ?? Array("null".utf8))
        }
        if let json = content.bytes(sketch.error) { error(json, to: &out) }
        extras(bytes, type: type, to: &out)
        out.member("~", digest(bytes))
        out.close("}")
        return out.bytes
    }

    private func metadata(_ json: Bytes, _ content: Content, to out: inout RecordText) {
        out.key("metadata")
        guard json.first == UInt8(ascii: "{") else { return out.raw(quoted(digest(json))) }
        let sketch = content.sketch
        out.open("{")
        let spans: [(StaticString, ContentSketch.Span)] = [
            ("name", sketch.name), ("namespace", sketch.namespace), ("uid", sketch.uid),
            ("resourceVersion", sketch.resourceVersion),
        ]
        for (name, span) in spans {
            guard let text = content.bytes(span) else { continue }
            out.key(name)
            out.raw(kept(text))
        }
        if let range = JSONMembers.range(of: "deletionTimestamp", in: json) {
            out.key("deletionTimestamp")
            out.raw(kept(json[range]))
        }
        out.close("}")
    }

    /// A refusal: its reason and code are words of Kubernetes, its message may quote what was sent.
    private func status(_ json: Bytes, to out: inout RecordText) {
        out.key("ErrStatus")
        out.open("{")
        if let reason = JSONMembers.range(of: "reason", in: json) {
            out.key("reason")
            out.raw(word(json[reason]))
        }
        if let code = JSONMembers.range(of: "code", in: json), json[code].count < 4 {
            out.key("code")
            out.raw((try? Content(json: json[code]))?.kind == .number ? Array(json[code]) : Array("0".utf8))
        }
        out.close("}")
    }

    private func error(_ json: Bytes, to out: inout RecordText) {
        out.key("Err")
        guard json.first == UInt8(ascii: "{") else {
            return out.raw(json.elementsEqual("null".utf8) ? Array(json) : quoted(digest(json)))
        }
        out.open("{")
        status(JSONMembers.range(of: "ErrStatus", in: json).map { json[$0] } ?? json, to: &out)
        out.close("}")
    }

    /// What decisions read beside the metadata.
    private func extras(_ bytes: Bytes, type: ResourceType, to out: inout RecordText) {
        switch type {
        case .serviceAccountToken:
            guard let request = try? JSONValue(parsing: bytes) else { return }
            let (spec, status) = (request["spec"] ?? .null, request["status"] ?? .null)
            if let spec = Self.part(spec, ["audiences", "expirationSeconds", "boundObjectRef"]) {
                out.key("spec")
                out.raw(spec.json)
            }
            // Not the token itself.
            if let status = Self.part(status, ["expirationTimestamp"]) {
                out.key("status")
                out.raw(status.json)
            }
        case .lease:
            guard let range = JSONMembers.range(of: "spec", in: bytes),
                let holder = JSONMembers.range(of: "holderIdentity", in: bytes[range])
            else { return }
            out.key("spec")
            out.open("{")
            out.key("holderIdentity")
            let text = bytes[holder]
            // As in a tree, where the quotes are none of it.
            out.raw(text.count > 2 ? quoted(digest(text.dropFirst().dropLast())) : Array(text))
            out.close("}")
        case .serviceList, .endpointsList:
            guard let range = JSONMembers.range(of: "items", in: bytes) else { return }
            out.key("items")
            out.raw(list(bytes[range], type: type))
        default: break
        }
    }

    private static func part(_ value: JSONValue, _ names: [String]) -> JSONValue? {
        let members = value.members.filter { names.contains($0.key) && $0.value.json.count < textLimit }
        return members.isEmpty ? nil : .object(members)
    }

    // MARK: Trees

    /// A place in an object, as far as it matters what may be kept there.
    enum Place {
        case top, metadata, inside
    }

    /// What stands for an object that is compared and merged as a tree.
    func object(_ value: JSONValue) -> JSONValue { redacted(value, at: .top) }

    func redacted(_ value: JSONValue, at place: Place, under key: String = "") -> JSONValue {
        switch value {
        case .null, .bool: return value
        case .number(let digits): return .number(Bytes(number(digits)))
        case .string(let text):
            if text.isEmpty || isKept(key, at: place) { return .string(Bytes(kept(text))) }
            if key == PatchDirective.patch, text.count < 16 { return value }
            return .string(Bytes(digest(text).utf8))
        case .array(let elements):
            if key == PatchDirective.retainKeys { return value }
            return .array(elements.map { redacted($0, at: .inside, under: "") })
        case .object(let members):
            return .object(
                members.map { member in
                    let isMetadata = place == .top && member.key == "metadata"
                    // Names and versions are strings: an object where one belongs is none.
                    let next: Place = isMetadata ? .metadata : member.value.isNested ? .inside : place
                    return JSONMember(member.key, redacted(member.value, at: next, under: member.key))
                })
        }
    }

    private func isKept(_ key: String, at place: Place) -> Bool {
        switch place {
        case .top: key == "apiVersion" || key == "kind"
        case .metadata:
            key == "name" || key == "namespace" || key == "uid" || key == "resourceVersion"
                || key == "deletionTimestamp"
        case .inside: false
        }
    }

    // MARK: Digests

    /// 16 hexadecimal digits behind a tilde.
    func digest(_ bytes: some Collection<UInt8>) -> String {
        var hasher = Hasher()
        hasher.combine(key.0)
        hasher.combine(key.1)
        let isWhole: Void? = bytes.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isWhole == nil { Array(bytes).withUnsafeBytes { hasher.combine(bytes: $0) } }
        hasher.combine(key.0)
        let value = UInt64(bitPattern: Int64(hasher.finalize()))
        return String(unsafeUninitializedCapacity: 17) { buffer in
            buffer[0] = UInt8(ascii: "~")
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * place)) & 15
                buffer[place + 1] = digit < 10 ? 48 + digit : 87 + digit
            }
            return 17
        }
    }

    private func number(_ digits: Bytes) -> [UInt8] {
        guard digits.count > 1 else { return Array(digits) }
        // As a number, and not longer than an exact one.
        let value = digest(digits).dropFirst().prefix(12)
        return Array(String(UInt64(value, radix: 16) ?? 0).utf8)
    }

    func quoted(_ text: String) -> [UInt8] { Array("\"\(text)\"".utf8) }

    /// A name or version as it is, unless it is too long to be one.
    func kept(_ json: Bytes) -> [UInt8] {
        guard json.count > Self.textLimit else { return Array(json) }
        return json.first == UInt8(ascii: "\"") ? quoted(digest(json)) : Array(digest(json).utf8)
    }

    /// A word of Kubernetes, such as a reason; anything else is a digest.
    func word(_ json: Bytes) -> [UInt8] {
        let isWord =
            json.count <= 66 && json.first == UInt8(ascii: "\"")
            && json.dropFirst().dropLast().allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
        return isWord ? Array(json) : quoted(digest(json))
    }
}

extension JSONValue {
    /// True for arrays and objects.
    fileprivate var isNested: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
