internal import Beehive

/// What an answer of the cloud holds; no flag tells, so the content is looked at (protocol page, section 9).
enum AnswerContent {
    /// The object itself.
    case object
    /// An ObjectResp whose `Err` is null, with its object's bytes.
    case objectResponse(Bytes)
    /// An ObjectResp with an `Err`.
    case objectError(reason: String, message: String)
    /// A status error.
    case statusError(reason: String, message: String)
    /// `{}`: an error of another Go type, whose text was lost.
    case lostError
    /// `OK`, or another text or value.
    case other

    init(_ content: Content) {
        let sketch = content.sketch
        guard sketch.kind == .object else {
            self = .other
            return
        }
        if let status = content.bytes(sketch.errorStatus) {
            self = .statusError(reason: Self.field("reason", status), message: Self.field("message", status))
        } else if sketch.object.isPresent || sketch.error.isPresent {
            let error = content.bytes(sketch.error) ?? Bytes("null".utf8)
            if error.elementsEqual("null".utf8) {
                self = .objectResponse(content.bytes(sketch.object) ?? Bytes("null".utf8))
            } else {
                let status = (try? JSONValue(parsing: error))?["ErrStatus"]?.json ?? error
                self = .objectError(reason: Self.field("reason", status), message: Self.field("message", status))
            }
        } else if sketch.metadata.isPresent {
            self = .object
        } else if sketch.isEmptyObject {
            self = .lostError
        } else {
            self = .other
        }
    }

    private static func field(_ key: String, _ json: Bytes) -> String {
        // What cannot be read has no text to pass on; the failure itself is known already.
        (try? JSONValue(parsing: json))?[key]?.text ?? ""
    }

    /// Why the cloud refused, or nil if it did not.
    var refusal: (reason: String, message: String)? {
        switch self {
        case .statusError(let reason, let message), .objectError(let reason, let message): (reason, message)
        case .lostError: ("Unknown", "the cloud answered with an empty object")
        case .object, .objectResponse, .other: nil
        }
    }

    /// An object of an answer with `apiVersion` and `kind` in front if they are missing.
    ///
    /// - Parameters:
    ///   - json: the object.
    ///   - type: the type it is stored under.
    /// - Returns: nil when it is no object with metadata.
    static func completed(_ json: Bytes, type: ResourceType) -> Content? {
        guard let content = try? Content(json: json), content.sketch.metadata.isPresent else { return nil }
        let sketch = content.sketch
        guard !sketch.objectKind.isPresent || !sketch.apiVersion.isPresent,
            let words = TypeRules.apiVersionAndKind(type)
        else { return content }
        var out = Array("{".utf8)
        if !sketch.apiVersion.isPresent { out += Array("\"apiVersion\":\"\(words.apiVersion)\",".utf8) }
        if !sketch.objectKind.isPresent { out += Array("\"kind\":\"\(words.kind)\",".utf8) }
        out += json.dropFirst()
        return try? Content(json: out[...])
    }
}
