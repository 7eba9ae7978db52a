internal import Beehive
internal import BeehiveSocket

/// Reading what a module is answered: objects, ObjectResp, lists of texts, errors.
enum ModuleAnswer {
    /// Why an answer says no; nil when it does not.
    static func refusal(_ answer: Message, of what: String) -> MetaClientError? {
        if answer.route.operation == .error {
            // MetaManager puts the cloud's reason before a colon.
            let text = OneLine.of(answer.content.string ?? "refused", limit: 500)
            let word = text.prefix { $0 != ":" }
            let known = status(of: String(word))
            if let known {
                return MetaClientError(
                    known, "\(what): \(text)", reason: String(word))
            }
            let isDown = text.contains("link to the cloud is down") || text.contains("link is down")
            return MetaClientError(isDown ? .unavailable : .refused, "\(what): \(text)")
        }
        guard answer.content.kind == .object, let json = try? JSONValue(parsing: answer.content.json),
            let status = json["ErrStatus"] ?? json["Err"]?["ErrStatus"]
        else { return nil }
        return MetaClientError(status: status.integer(at: "code") ?? 500, body: status, of: what)
    }

    private static func status(of reason: String) -> MetaClientError.Code? {
        switch reason {
        case "NotFound": .notFound
        case "AlreadyExists", "Conflict": .conflict
        case "Forbidden", "Unauthorized": .forbidden
        case "Invalid", "BadRequest": .invalid
        case "Expired", "Gone": .expired
        case "ServiceUnavailable", "Timeout", "ServerTimeout", "TooManyRequests", "InternalError": .unavailable
        default: nil
        }
    }

    /// The one object of an answer.
    static func object(_ answer: Message, of what: String) throws(MetaClientError) -> JSONValue {
        let malformed = MetaClientError(.malformed, "\(what): the answer holds no object")
        guard let json = try? JSONValue(parsing: answer.content.json) else { throw malformed }
        switch json {
        case .object:
            let object = json["Object"] ?? json
            guard case .object = object else { throw malformed }
            return object
        case .array(let elements):
            guard let first = elements.first else { throw MetaClientError(.notFound, "\(what): not found") }
            guard let text = first.text else { return first }
            guard let object = try? JSONValue(parsing: Bytes(text.utf8)) else { throw malformed }
            return object
        default: throw malformed
        }
    }

    /// The text of an answer, bare or as the one stored value.
    static func text(_ answer: Message) -> String? {
        if let text = answer.content.string { return text }
        return (try? JSONValue(parsing: answer.content.json))?.elements.first?.text
    }
}

extension MetaClientError {
    /// Why a module's client failed, in this client's words.
    init(_ error: ModuleClientError, of what: String) {
        let code: Code =
            switch error.code {
            case .unreachable: .unreachable
            case .refused: .forbidden
            case .timeout: .timeout
            case .closed: .broken
            case .tooLarge: .tooLarge
            }
        self.init(code, "\(what): \(error.description)")
    }
}
