internal import Beehive

/// A refusal of the API server, in the form that survives CloudCore's encoder.
struct StatusError: Error, Sendable {
    var message: String
    var reason = ""
    var code: Int
    var details: JSONValue?

    /// The only form on the wire: one key, `ErrStatus`.
    var json: JSONValue {
        var status: JSONValue = ["metadata": .object([]), "status": "Failure", "message": JSONValue(text: message)]
        if !reason.isEmpty { status["reason"] = JSONValue(text: reason) }
        if let details { status["details"] = details }
        status["code"] = JSONValue(integer: code)
        return ["ErrStatus": status]
    }

    private static func details(_ name: String, _ group: String, _ kind: String) -> JSONValue {
        var details: JSONValue = ["name": JSONValue(text: name)]
        if !group.isEmpty { details["group"] = JSONValue(text: group) }
        details["kind"] = JSONValue(text: kind)
        return details
    }

    /// CloudCore reads some kinds from its cache, which names them in the singular and without a group.
    static func notFound(_ key: ObjectKey, fromCache: Bool = false, singular: Bool = false) -> StatusError {
        let word = fromCache || singular ? key.kind.type.rawValue : key.kind.plural
        let group = fromCache ? "" : key.kind.group
        let title = group.isEmpty ? word : "\(word).\(group)"
        return StatusError(
            message: "\(title) \"\(key.name)\" not found", reason: "NotFound", code: 404,
            details: details(key.name, group, word))
    }

    static func alreadyExists(_ key: ObjectKey) -> StatusError {
        let title = key.kind.group.isEmpty ? key.kind.plural : "\(key.kind.plural).\(key.kind.group)"
        return StatusError(
            message: "\(title) \"\(key.name)\" already exists", reason: "AlreadyExists", code: 409,
            details: details(key.name, key.kind.group, key.kind.plural))
    }

    static func conflict(_ key: ObjectKey, cause: String? = nil) -> StatusError {
        let title = key.kind.group.isEmpty ? key.kind.plural : "\(key.kind.plural).\(key.kind.group)"
        let cause =
            cause ?? "the object has been modified; please apply your changes to the latest version and try again"
        return StatusError(
            message: "Operation cannot be fulfilled on \(title) \"\(key.name)\": \(cause)", reason: "Conflict",
            code: 409, details: details(key.name, key.kind.group, key.kind.plural))
    }

    static func wrongUID(_ key: ObjectKey, _ uid: String) -> StatusError {
        let text = "Invalid value: \"\(uid)\": field is immutable"
        let cause: JSONValue = [
            "reason": "FieldValueInvalid", "message": JSONValue(text: text), "field": "metadata.uid",
        ]
        var details = details(key.name, "", key.kind.name)
        details["causes"] = [cause, cause]
        return StatusError(
            message: "\(key.kind.name) \"\(key.name)\" is invalid: metadata.uid: \(text)", reason: "Invalid", code: 422,
            details: details)
    }

    static func badPatch(_ text: Bytes, _ fault: JSONFault) -> StatusError {
        let index = text.startIndex + fault.offset
        guard text.indices.contains(index) else {
            return StatusError(message: "unexpected end of JSON input", reason: "BadRequest", code: 400)
        }
        let before = text[..<index].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
        let place = before == UInt8(ascii: "{") ? "object key string" : "value"
        return StatusError(
            message: "invalid character '\(Character(UnicodeScalar(text[index])))' looking for beginning of \(place)",
            reason: "BadRequest", code: 400)
    }

    static let versionOnCreate = StatusError(
        message: "resourceVersion should not be set on objects to be created", code: 500)
}
