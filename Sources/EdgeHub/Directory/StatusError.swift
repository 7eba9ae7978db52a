internal import Beehive

/// The forms in which a cloud says no (protocol: a status error, alone or in an ObjectResp).
struct StatusError: Sendable, Hashable {
    let code: Int
    let reason: String
    let message: String
    let path: ResourcePath

    static func notFound(_ path: ResourcePath) -> StatusError {
        StatusError(code: 404, reason: "NotFound", message: "\(plural(path.type)) \"\(path.id)\" not found", path: path)
    }

    static func alreadyExists(_ path: ResourcePath) -> StatusError {
        StatusError(
            code: 409, reason: "AlreadyExists", message: "\(plural(path.type)) \"\(path.id)\" already exists",
            path: path)
    }

    static func conflict(_ path: ResourcePath) -> StatusError {
        StatusError(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(plural(path.type)) \"\(path.id)\": the object has been "
                + "modified; please apply your changes to the latest version and try again", path: path)
    }

    static func invalid(_ path: ResourcePath, because cause: String) -> StatusError {
        StatusError(
            code: 422, reason: "Invalid", message: "\(plural(path.type)) \"\(path.id)\" is invalid: \(cause)",
            path: path)
    }

    static func badRequest(_ path: ResourcePath, because cause: String) -> StatusError {
        StatusError(code: 400, reason: "BadRequest", message: cause, path: path)
    }

    static func unavailable(_ path: ResourcePath, because cause: String) -> StatusError {
        StatusError(code: 503, reason: "ServiceUnavailable", message: cause, path: path)
    }

    static func plural(_ type: ResourceType) -> String {
        switch type {
        case .lease: "leases.coordination.k8s.io"
        case .certificateSigningRequest: "certificatesigningrequests.certificates.k8s.io"
        case .volumeAttachment: "volumeattachments.storage.k8s.io"
        case .endpoints: "endpoints"
        default: "\(type)s"
        }
    }

    /// `{"ErrStatus": …}`, the only key.
    var value: JSONValue {
        let plural = Self.plural(path.type)
        let status: JSONValue = [
            "metadata": .object([]), "status": "Failure", "message": JSONValue(text: message),
            "reason": JSONValue(text: reason),
            "details": [
                "name": JSONValue(text: path.id),
                "kind": JSONValue(text: String(plural.prefix { $0 != "." })),
            ],
            "code": JSONValue(integer: code),
        ]
        return ["ErrStatus": status]
    }
}
